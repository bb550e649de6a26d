"""Disk full."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import InvalidInput, Refused
from gameday.faults.disk_full import DiskFull
from gameday.model.host import Ran
from tests.faults.place import TARGET, Place

HEAD = "Filesystem 1024-blocks Used Available Capacity Mounted on\n"


def place_with(row: str) -> Place:
    place = Place()
    place.answer = Ran(0, HEAD + row)
    return place


def test_a_small_filesystem_may_be_filled() -> None:
    place = place_with("tmpfs 16384 0 16384 0% /spool")
    undo = DiskFull(path="/spool").prepare(place, TARGET)
    assert place.started == []
    assert undo.steps[-1].arguments["path"] == "/spool/.gameday-c1"
    DiskFull(path="/spool").inject(place, TARGET)
    assert "/spool/.gameday-c1" in place.started[0][0]


@pytest.mark.parametrize("row", ["overlay 16384 0 16384 0% /", "/dev/vda1 263174212 99 999999 1% /var/lib"])
def test_one_that_others_share_is_not(row: str) -> None:
    with pytest.raises(Refused, match="which others share"):
        DiskFull(path="/var/lib").prepare(place_with(row), TARGET)


def test_a_folder_that_is_not_there_is_said() -> None:
    place = Place()
    place.answer = Ran(1, "df: /nowhere: No such file or directory\n")
    with pytest.raises(InvalidInput, match="has no folder /nowhere"):
        DiskFull(path="/nowhere").prepare(place, TARGET)


@pytest.mark.parametrize(("row", "live"), [("tmpfs 16384 16384 0 100% /spool", True), ("tmpfs 16384 900 15484 6% /spool", False)])
def test_it_is_live_when_nothing_is_free(row: str, live: bool) -> None:
    assert DiskFull(path="/spool").is_live(place_with(row), TARGET) is live


@pytest.mark.parametrize("path", ["spool", "/a b", "/a;reboot", "/$(x)", "/a/../b", ""])
def test_a_path_can_say_nothing_to_a_shell(path: str) -> None:
    with pytest.raises(ValidationError):
        DiskFull(path=path)
