"""What `gameday check` looks at, and what it says of what it does not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import ROOT, Gameday

FOLDERS = ("scenarios", "responders", "schedules", "probes", "runbooks")


def test_all_is_well_where_everything_is_read(gameday: Gameday) -> None:
    ended = gameday("check")
    assert ended.code == 0, ended.err


def test_where_there_is_nothing_it_does_not_say_that_all_is_well(gameday: Gameday, workspace: Path) -> None:
    for path in workspace.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    ended = gameday("check")
    assert (ended.code, "nothing to check here" in ended.err) == (2, True)
    (workspace / "gameday.toml").touch()
    ended = gameday("check")
    assert (ended.code, "1 files checked: no mistakes" in ended.err) == (0, True)


@pytest.mark.parametrize("asked", [[], ["."], ["FOLDER"]])
@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_passed_over_in_silence(gameday: Gameday, workspace: Path, folder: str, asked: list[str]) -> None:
    place = workspace / folder
    place.mkdir(exist_ok=True)
    read, other = (".md", "MARKDOWN") if folder == "runbooks" else (".yaml", "yml")
    names = (f"b.{other}", f"x{read.upper()}", "nowhere", "loop", f"pipe.{other}")
    for name in names[:2]:
        (place / name).write_text("a: 1\n")
    (place / names[2]).symlink_to("nothing")
    (place / names[3]).symlink_to("loop")
    os.mkfifo(place / names[4])
    ended = gameday("check", *(word.replace("FOLDER", folder) for word in asked))
    assert ended.code == 2
    for name, said in zip(
        names,
        (f"rename it to b{read}", f"rename it to x{read}", "leads to nothing", "leads to itself", "is no plain file"),
        strict=True,
    ):
        assert any(f"{folder}/{name}: " in line and said in line for line in ended.err.splitlines()), name


def test_files_of_another_kind_may_lie_beside(gameday: Gameday, workspace: Path) -> None:
    (workspace / "schedules").mkdir(exist_ok=True)
    (workspace / "schedules" / "holidays.ics").write_text("x")
    (workspace / "scenarios" / "notes.txt").write_text("x")
    assert gameday("check").code == 0


@pytest.fixture
def programme(workspace: Path) -> Path:
    shutil.copy2(ROOT / "programme.yaml", workspace / "programme.yaml")
    return workspace / "programme.yaml"


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize(
    "asked", [["services.yaml"], ["programme.yaml"], ["gameday.toml"], ["services.yaml", "gameday.toml", "README.md"], ["."]]
)
def test_a_file_of_the_team_is_checked_as_what_it_is(gameday: Gameday, workspace: Path, asked: list[str]) -> None:
    (workspace / "README.md").write_text("# Ours\n")
    ended = gameday("check", *asked)
    assert ended.code == 0, ended.err
    assert " 0 files" not in ended.err


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("asked", [["FILE"], ["."]])
@pytest.mark.parametrize(("name", "text", "said"), [
    ("services.yaml", "servces: {}\n", "did you mean 'services'?"),
    ("programme.yaml", "duties: [{service: chekout, faults: [network]}]\n", "no service 'chekout' in services.yaml"),
    ("gameday.toml", "[probe]\n", "did you mean 'probes'?"),
])  # fmt: skip
def test_mistakes_of_a_file_of_the_team_are_told(
    gameday: Gameday, workspace: Path, name: str, text: str, said: str, asked: list[str]
) -> None:
    (workspace / name).write_text(text)
    ended = gameday("check", *(word.replace("FILE", name) for word in asked))
    assert ended.code == 2
    assert f"{name}:1:" in ended.err and said in ended.err
    assert "canary" not in ended.err


def test_a_list_of_pages_is_no_runbook(gameday: Gameday, workspace: Path) -> None:
    (workspace / "README.md").write_text("# Ours\n")
    ended = gameday("check", "README.md")
    assert (ended.code, "lists pages and is no runbook" in ended.err) == (2, True)


def test_a_page_elsewhere_is_a_runbook(gameday: Gameday, workspace: Path) -> None:
    (workspace / "Ours.md").write_text("# Ours\n")
    assert "## Meaning" in (ended := gameday("check", "Ours.md")).out + ended.err
