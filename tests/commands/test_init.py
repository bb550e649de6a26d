"""`gameday init`, as a person calls it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.commands.conftest import ROOT, Gameday


def printed_commands(out: str) -> list[str]:
    return [line.strip() for line in out.splitlines() if line.startswith("  ")]


def test_it_names_three_commands_to_go_on_with_and_their_files_are_there(gameday: Gameday, workspace: Path) -> None:
    ended = gameday("init", "my drills")
    assert (ended.code, ended.err) == (0, "")
    cd, doctor, run = printed_commands(ended.out)
    assert (cd, doctor) == ("cd 'my drills'", "gameday doctor")
    files = [word for word in run.split() if word.endswith(".yaml")]
    assert len(files) == 2
    assert all((workspace / "my drills" / f).is_file() for f in files)


def test_a_new_workspace_has_no_mistake(gameday: Gameday) -> None:
    assert gameday("init", "new").code == 0
    assert gameday("check", "new/scenarios", "new/probes", "new/runbooks", "new/responders").code == 0


def test_the_folder_one_works_in_is_refused_too(gameday: Gameday) -> None:
    refused = gameday("init", ".")
    assert refused.code == 2
    assert "is not empty" in refused.err


def test_twice_is_once(gameday: Gameday) -> None:
    assert gameday("init", "new").code == 0
    again = gameday("init", "new")
    assert (again.code, again.out) == (2, "")
    assert "nothing is ever overwritten" in again.err


def test_a_place_that_cannot_be_written_is_said(gameday: Gameday) -> None:
    ended = gameday("init", "/proc/shop")
    assert ended.code == 6
    assert ended.err.startswith("gameday: /proc/shop cannot be made a workspace: ")
    assert ended.err.count("\n") == 1


def test_a_drill_on_a_host_without_docker_says_how_to_get_it(gameday: Gameday, workspace: Path) -> None:
    ended = gameday("run", "scenarios/payments-freezes.yaml", "--responders", "none")
    assert ended.code == 6
    assert "bash setup/docker.sh" in ended.err
    subprocess.run(["bash", "-n", str(ROOT / "setup" / "docker.sh")], check=True)
