"""What `gameday check` looks at, and what it says of what it does not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import Gameday

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
