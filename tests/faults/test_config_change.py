"""Config change: its scripts run for real, on a file of this host."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gameday.errors import InvalidInput, Refused
from gameday.faults.config_change import ConfigChange
from tests.faults.here import Here, HostHere, undone
from tests.faults.place import TARGET

TEXT = "# pool\npool = 20\nname = 'ü'\n\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.ini"
    path.write_text(TEXT)
    path.chmod(0o640)
    return path


def change(file: Path, **more: Any) -> ConfigChange:
    return ConfigChange(path=str(file), **({"replace": "pool = 20", "by": "pool = 1"} | more))


def test_prepare_reads_and_changes_nothing(file: Path) -> None:
    undo = change(file).prepare(Here(), TARGET)
    assert [s.verb for s in undo.steps] == ["inside_file_restore", "container_start"]
    assert list(file.parent.iterdir()) == [file]
    assert file.read_text() == TEXT


def test_it_is_the_same_file_with_a_wrong_value_and_comes_back_byte_for_byte(file: Path) -> None:
    place, fault, inode = Here(), change(file, reload="HUP"), file.stat().st_ino
    undo = fault.prepare(place, TARGET)
    assert not fault.is_live(place, TARGET)
    fault.inject(place, TARGET)
    assert file.read_text() == TEXT.replace("20", "1")
    assert (file.stat().st_ino, stat.S_IMODE(file.stat().st_mode)) == (inode, 0o640)
    assert place.acts == [("HUP", TARGET.container)]
    assert fault.is_live(place, TARGET)
    host = HostHere()
    assert undone(undo, host) == ["written back", "was running", "told to reload"]
    assert (file.read_bytes(), file.stat().st_ino, stat.S_IMODE(file.stat().st_mode)) == (TEXT.encode(), inode, 0o640)
    assert (host.signals, list(file.parent.iterdir())) == (["SIGHUP"], [file])
    assert not fault.is_live(place, TARGET)
    assert undone(undo, HostHere())[0] == "was as before"


def test_an_undo_that_was_cut_off_before_its_copy_was_removed_ends_clean(file: Path) -> None:
    place, fault = Here(), change(file)
    undo = fault.prepare(place, TARGET)
    fault.inject(place, TARGET)
    file.write_text(TEXT)
    assert undone(undo)[0] == "was as before"
    assert list(file.parent.iterdir()) == [file]


def test_what_somebody_wrote_meanwhile_stays(file: Path) -> None:
    place, fault = Here(), change(file)
    undo = fault.prepare(place, TARGET)
    fault.inject(place, TARGET)
    file.write_text("pool = 40\n")
    assert undone(undo)[0] == "was changed by others"
    assert file.read_text() == "pool = 40\n"


def test_a_mode_that_was_changed_meanwhile_comes_back_too(file: Path) -> None:
    place, fault = Here(), change(file)
    undo = fault.prepare(place, TARGET)
    fault.inject(place, TARGET)
    file.chmod(0o444)
    undone(undo)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (TEXT, 0o640)


def test_a_copy_that_is_gone_is_said_and_nothing_is_guessed(file: Path) -> None:
    place, fault = Here(), change(file)
    undo = fault.prepare(place, TARGET)
    fault.inject(place, TARGET)
    Path(undo.steps[0].arguments["backup"]).unlink()
    with pytest.raises(Exception, match="is gone"):
        undone(undo)
    assert file.read_text() == TEXT.replace("20", "1")


def test_two_faults_on_one_file_are_one_too_many_and_on_two_files_are_none(file: Path) -> None:
    place, other = Here(), file.with_name("other.ini")
    other.write_text(TEXT)
    change(file).inject(place, TARGET)
    with pytest.raises(Refused, match="must be put back first"):
        change(file, replace="name", by="nom").prepare(place, TARGET)
    undo = change(other).prepare(place, TARGET)
    change(other).inject(place, TARGET)
    undone(undo)
    assert other.read_text() == TEXT


def test_a_whole_wrong_file_may_be_given(file: Path) -> None:
    fault = ConfigChange(path=str(file), content="")
    fault.prepare(Here(), TARGET)
    fault.inject(Here(), TARGET)
    assert file.read_text() == ""
    assert fault.is_live(Here(), TARGET)


def test_what_cannot_be_changed_is_said_before_anything_is(file: Path) -> None:
    with pytest.raises(InvalidInput, match="does not hold 'pool = 21'"):
        change(file, replace="pool = 21").prepare(Here(), TARGET)
    with pytest.raises(InvalidInput, match="has no file"):
        change(file.with_name("nothing")).prepare(Here(), TARGET)
    file.write_bytes(b"\xff\xfe pool = 20")
    with pytest.raises(Refused, match="no text in UTF-8"):
        change(file).prepare(Here(), TARGET)
    file.write_text("pool = 20" + "x" * 70_000)
    with pytest.raises(Refused, match="longer than 64 KB"):
        change(file).prepare(Here(), TARGET)


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "/a"}, {"path": "/a", "replace": "x"}, {"path": "/a", "replace": "x", "by": "y", "content": "z"},
        {"path": "a", "content": ""}, {"path": "/a/../b", "content": ""}, {"path": "/a b", "content": ""}, {"path": "/$(x)", "content": ""},
        {"path": "/a", "content": "", "reload": "KILL"}, {"path": "/a", "content": "", "reload": []},
    ],
)  # fmt: skip
def test_it_says_one_thing_and_a_path_can_say_nothing_to_a_shell(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ConfigChange.model_validate(wrong)
