"""`services.yaml` and `responders/*.yaml`."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.load.responder import read_responder
from gameday.load.services import read_services
from gameday.model.services import Services


def test_no_services_file_means_no_facts(tmp_path: Path) -> None:
    assert read_services(tmp_path / "services.yaml") == Services()


def test_facts_are_read_and_a_schema_key_ignored(tmp_path: Path) -> None:
    path = tmp_path / "services.yaml"
    path.write_text(
        "$schema: x\nservices: {checkout: {owner: team-a}}\nreceivers: {shop: {team: team-a}}\nescalation: [{after: 5m, page: b}]\n"
    )
    found = read_services(path)
    assert (found.owner("checkout"), found.team("shop")) == ("team-a", "team-a")


def test_mistakes_in_the_facts_have_a_place(tmp_path: Path) -> None:
    path = tmp_path / "services.yaml"
    path.write_text("services:\n  checkout: {ownr: team-a, criticality: hgh}\n")
    with pytest.raises(InvalidInput) as error:
        read_services(path)
    assert [str(m).rpartition("services.yaml:")[2] for m in error.value.mistakes] == [
        "2:14: services.checkout: no key 'ownr'; did you mean 'owner'? allowed: owner, components, depends_on, criticality",
        '2:41: services.checkout.criticality: "hgh" is not allowed here; write high or medium or low',
    ]


def test_a_responders_part_is_read(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("does:\n  - await_page: {receiver: shop-pager}\n  - ack: true\n  - wait: 500ms\n  - flag: {name: a, value: off}\n")
    script = read_responder(path)
    assert len(script.does) == 4
    assert script.does[3].flag is not None
    assert script.does[3].flag.value == "off"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("does: []", "1:7: does: is empty; it needs at least 1"),
        ("does: [{ack: true, log: x}]", "1:8: does[0]: one entry does one thing; write a list entry for each"),
        ("does: [{akc: true}]", "1:9: does[0]: no key 'akc'; did you mean 'ack'? allowed:"),
        ("does: [{ack: yes}]", '1:14: does[0].ack: "yes" is not allowed here; write true'),
        ("seat: Alice Smith\ndoes: [{ack: true}]", '1:7: seat: "Alice Smith" is not spelt as it must be here'),
        ("does: ack", '1:7: does: "ack" stands where a list is wanted'),
    ],
)
def test_a_mistake_in_a_responder_has_a_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(InvalidInput) as error:
        read_responder(path)
    assert [str(m).rpartition("r.yaml:")[2][: len(message)] for m in error.value.mistakes] == [message]
