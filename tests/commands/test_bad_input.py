"""Every bad input: a clear sentence, the documented exit code, and nothing started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import ROOT, Gameday

SCENARIO = "scenarios/payments-freezes.yaml"


@pytest.mark.parametrize(("words", "code", "said"), [
    (["rnu"], 2, "did you mean `run`?"),
    (["run"], 2, "Missing argument"),
    (["run", "nosuch.yaml"], 2, "nosuch.yaml: no such file"),
    (["run", SCENARIO, "--responders", "nosuch"], 2, "write human, none, or the path"),
    (["run", SCENARIO, "--var", "nosuch=1"], 2, "declared: shop_port, alerting"),
    (["run", SCENARIO, "--var", "nosuch"], 2, "write NAME=VALUE"),
    (["run", SCENARIO, "--responders", "none"], 6, "no Docker daemon answers"),
    (["plan", SCENARIO, "-o", "json"], 6, "no Docker daemon answers"),
    (["sandbox", "status"], 6, "no Docker daemon answers"),
    (["check", "nosuch"], 2, "no such file or folder"),
    (["review"], 2, "no drill in reports yet"),
    (["review", "../x"], 2, "no drill"),
    (["report", "--format", "pdf"], 2, "'html', 'json', 'markdown'"),
    (["verify", "nosuch"], 2, "no drill"),
    (["explain", "alert_delivered_lat"], 2, "did you mean 'alert_delivered_late'?"),
    (["list", "nosuch"], 2, "'faults', 'probes', 'gaps', 'scenarios', 'drills'"),
    (["ack"], 2, "no drill is running"),
    (["shell", "-c", "true"], 2, "no drill is running"),
    (["resume"], 2, "--reason"),
    (["sandbox", "up", "--alerting", "../fast"], 2, "no alerting profile"),
])  # fmt: skip
def test_words_that_cannot_be_followed(gameday: Gameday, words: list[str], code: int, said: str) -> None:
    ended = gameday(*words)
    assert said in ended.err
    assert ended.code == code


@pytest.mark.parametrize("host", ["tcp://prod:2375", "ssh://root@prod", "tcp://10.0.0.1:2375", "tcp://127.0.0.1.evil:1"])
def test_docker_on_another_machine_is_refused(gameday: Gameday, host: str) -> None:
    ended = gameday("run", SCENARIO, "--responders", "none", DOCKER_HOST=host)
    assert ended.code == 3
    assert "another machine" in ended.err


def test_production_is_refused_by_run_and_a_mistake_for_check(gameday: Gameday, workspace: Path) -> None:
    path = workspace / SCENARIO
    path.write_text(path.read_text().replace("environment: sandbox", "environment: production"))
    assert gameday("run", SCENARIO).code == 3
    checked = gameday("check", SCENARIO)
    assert checked.code == 2
    assert f"{SCENARIO}:5:14: environment:" in checked.err


def test_all_mistakes_of_a_file_come_at_once_with_a_caret(gameday: Gameday, workspace: Path) -> None:
    path = workspace / SCENARIO
    path.write_text(
        path.read_text()
        .replace("fault: container_pause", "fault: container_puase")
        .replace("at_most: 5m}", "at_most: 22:30}")
        .replace("title:", "titel:")
    )
    ended = gameday("run", SCENARIO)
    assert ended.code == 2
    for said in ("did you mean 'container_pause'?", "write 22m30s", "did you mean 'title'?"):
        assert said in ended.err
    assert ended.err.count("^") == ended.err.count(f"{SCENARIO}:")


def test_settings_with_mistakes_are_told_of(gameday: Gameday, workspace: Path) -> None:
    (workspace / "gameday.toml").write_text('[rules.off]\nalert_never_fird = "noisy"\n')
    ended = gameday("check")
    assert ended.code == 2
    assert "gameday.toml:2:1: no gap rule 'alert_never_fird'; did you mean 'alert_never_fired'?" in ended.err
    (workspace / "gameday.toml").write_text("[probes]\ncomands = []\n")
    assert "did you mean 'commands'?" in gameday("check").err
    (workspace / "gameday.toml").write_text("[probes\n")
    assert "gameday.toml:1:" in gameday("check").err


def test_settings_that_nest_without_end_are_told_of(gameday: Gameday, workspace: Path) -> None:
    (workspace / "gameday.toml").write_text("# mine\na=" + "[" * 3000 + "\n")
    for words in (["check"], ["config", "show"]):
        ended = gameday(*words)
        assert (ended.code, "gameday.toml:2:3002: has too many brackets" in ended.err) == (2, True)


@pytest.mark.parametrize("words", [
    ["recover"], ["recover", "--dry-run"], ["halt", "--reason", "x"], ["resume", "--reason", "x"], ["run", SCENARIO, "--responders", "none"],
])  # fmt: skip
def test_records_of_the_host_that_cannot_be_read_are_told_of(gameday: Gameday, workspace: Path, words: list[str]) -> None:
    (workspace / "file").touch()
    ended = gameday(*words, XDG_STATE_HOME=str(workspace / "file"))
    assert (ended.code, "file/gameday, cannot be read: not a directory" in ended.err) == (6, True)
    assert "nothing is left" not in ended.out


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ledger.jsonl", "timeline.jsonl", "inbox/01.json"])
@pytest.mark.parametrize("harm", ["folder", "loop", "pipe", "brackets"])
def test_damage_of_any_kind_is_judged_around(gameday: Gameday, workspace: Path, name: str, harm: str) -> None:
    drill = workspace / "reports" / "20260304-100000-example-0001"
    shutil.copytree(ROOT / "reports" / "example", drill)
    (drill / "inbox").mkdir(exist_ok=True)
    (drill / name).unlink(missing_ok=True)
    match harm:
        case "folder":
            (drill / name).mkdir()
        case "loop":
            (drill / name).symlink_to(name)
        case "pipe":
            os.mkfifo(drill / name)
        case "brackets":
            (drill / name).write_text("[" * 100_000 + "\n")
    said = "" if name.startswith("inbox") else name
    for words in (["review"], ["report"]):
        ended = gameday(*words)
        assert ended.code in (0, 1, 5)
        assert said in ended.err and "internal error" not in ended.err
    assert gameday("verify").code == (2 if said else 0)


def test_letters_that_the_terminal_lacks_are_escaped(started: Gameday, workspace: Path) -> None:
    shutil.copytree(ROOT / "reports" / "example", workspace / "reports" / "example")
    ended = started("report", "example", PYTHONIOENCODING="iso8859-5")
    assert (ended.code, "\\xb7" in ended.out) == (0, True)


def test_a_refused_drill_leaves_no_folder(gameday: Gameday, workspace: Path) -> None:
    gameday("run", SCENARIO, "--responders", "none")
    assert not (workspace / "reports").exists()


def test_the_lever_refuses_before_anything_else(gameday: Gameday) -> None:
    assert gameday("halt", "--reason", "real incident").code == 0
    refused = gameday("run", SCENARIO, "--responders", "none")
    assert (refused.code, "real incident" in refused.err) == (3, True)
    assert gameday("resume", "--reason", "over").code == 0
    assert gameday("run", SCENARIO, "--responders", "none").code == 6


def test_no_password_is_shown_again(gameday: Gameday, workspace: Path) -> None:
    scenario = workspace / SCENARIO
    address = "http://127.0.0.1:${shop_port}/checkout"
    assert address in scenario.read_text()
    scenario.write_text(scenario.read_text().replace(address, "http://anna:hunter2@127.0.0.1/", 1))
    (workspace / "gameday.toml").write_text(
        '[prometheus]\nurl = "http://anna:hunter2@127.0.0.1:9090"\nheaders = {Authorization = "Bearer hunter2"}\n'
    )
    for words in (["check"], ["plan", SCENARIO], ["config", "show"]):
        ended = gameday(*words, DOCKER_HOST="tcp://anna:hunter2@192.0.2.1:1")
        assert ended.code != 0 or words[0] == "config"
        assert "hunter2" not in ended.out + ended.err
