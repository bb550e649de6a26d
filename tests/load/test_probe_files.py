"""`probes/*.yaml`: names over all files, addresses, kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.load.probes import read_probes
from gameday.model.probe import CommandProbe, HttpProbe


def mistakes(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(folder)
    (folder / "p.yaml").write_text(text)
    with pytest.raises(InvalidInput) as error:
        read_probes(Path(), {"ops_port": "1"})
    return [str(m) for m in error.value.mistakes]


def test_definitions_of_all_files_are_read_by_name(workspace: Path) -> None:
    (workspace / "probes" / "b.yaml").write_text("depth: {probe: command, command: [redis-cli, llen, orders]}\n")
    found = read_probes(workspace / "probes", {"ops_port": "18090"})
    assert sorted(found) == ["checkout_success_rate", "depth", "orders_lost"]
    assert found["orders_lost"] == HttpProbe(probe="http", url="http://127.0.0.1:18090/lost", field="lost")
    assert found["depth"] == CommandProbe(probe="command", command=("redis-cli", "llen", "orders"))


def test_a_folder_that_is_not_there_has_no_probes(tmp_path: Path) -> None:
    assert read_probes(tmp_path / "none", {}) == {}


def test_a_name_in_two_files_is_told_with_both_places(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    (workspace / "probes" / "z.yaml").write_text('\norders_lost: {probe: http, url: "http://x/"}\n')
    with pytest.raises(InvalidInput) as error:
        read_probes(Path("probes"), {"ops_port": "1"})
    assert str(error.value) == "probes/z.yaml:2:1: the probe 'orders_lost' is defined already in probes/shop.yaml:2; rename one"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {probe: promethues, query: x}", "p.yaml:1:4: a: no probe 'promethues'; did you mean 'prometheus'?"),
        ("a: {query: x}", "p.yaml:1:4: a: `probe` is missing; it names the kind"),
        ("a: {probe: prometheus, qery: x}", "p.yaml:1:24: a: no key 'qery'; did you mean 'query'? allowed: probe, query, unit, about, timeout"),
        ("a: {probe: prometheus, query: [x]}", "p.yaml:1:31: a.query: a list stands where text is wanted"),
        ("a: {probe: http, url: 'http://127.0.0.1:${ops_prt}/'}", "p.yaml:1:23: a.url: no variable 'ops_prt'; did you mean 'ops_port'?"),
        ("a: {probe: http, url: 'http://169.254.169.254/'}", "p.yaml:1:23: a.url: the address is a cloud metadata service; gameday never asks those"),
        ("a: {probe: http, url: 'http://u:secret@h/'}", "p.yaml:1:23: a.url: the address holds a user or password; take them out, and give them by reference (`${env:NAME}`) in gameday.toml"),
        ("a: {probe: command, command: 'rm -rf /; echo'}", 'p.yaml:1:30: a.command: "rm -rf /; echo" stands where a list is wanted; write [ … ], or lines that begin with -'),
        ("a: {probe: command, command: []}", "p.yaml:1:30: a.command: is empty; it needs at least 1"),
        ("a: {probe: prometheus, query: x, timeout: 3}", "p.yaml:1:43: a.timeout: 3 is not a duration; add a unit: 3s, 3m"),
        ("../a: {probe: prometheus, query: x}", 'p.yaml:1:1: "../a" looks like a path; write a name'),
        ("a: 3", "p.yaml:1:4: a: 3 stands where keys are wanted, such as `name: value`"),
        ("- a", "p.yaml:1:1: a list stands where definitions of probes should be; write keys, such as `title: …`"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str) -> None:
    assert mistakes(tmp_path, text, monkeypatch) == [message]


def test_mistakes_of_all_files_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text("x: 1")
    assert [m.split(":")[0] for m in mistakes(tmp_path, "y: 1", monkeypatch)] == ["a.yaml", "p.yaml"]


def test_a_dollar_in_a_query_or_a_command_is_only_a_dollar(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("a: {probe: prometheus, query: 'x{a=\"${b}\"}'}\nb: {probe: command, command: ['${x}', '$(y)']}\n")
    found = read_probes(tmp_path, {"b": "1", "x": "sh"})
    assert found["a"].query == 'x{a="${b}"}'  # type: ignore[union-attr]  # the kind is written above
    assert found["b"].command == ("${x}", "$(y)")  # type: ignore[union-attr]  # likewise
