"""Clock skew."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from gameday.errors import Missing, Refused
from gameday.faults.clock_skew import LOADED, ClockSkew
from gameday.model.host import Ran
from gameday.model.plan import Target
from tests.faults.here import Here, undone
from tests.faults.place import TARGET, Place

HOUR = ClockSkew(by=timedelta(hours=1))


class Loaded(Here):
    """A container whose library reads a control file."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file, self.clock = file, 0.0

    def run(self, target: Target, *command: str, user: str = "") -> Ran:
        if command[2] == LOADED:
            return Ran(0, f"/usr/lib/libfaketime.so.1 {self.file}")
        if "date +%s" in command[2]:
            return Ran(0, f"{time.time() + self.clock:.0f}\n")
        return super().run(target, *command, user=user)


def test_the_control_file_is_written_and_removed(tmp_path: Path) -> None:
    place = Loaded(tmp_path / "clock")
    undo = HOUR.prepare(place, TARGET)
    assert not place.file.exists()
    HOUR.inject(place, TARGET)
    assert place.file.read_text() == "+3600\n"
    assert undone(undo) == ["was running", "removed"]
    assert not place.file.exists()
    assert undone(undo) == ["was running", "was as before"]


def test_a_slow_clock_is_told_so(tmp_path: Path) -> None:
    place, slow = Loaded(tmp_path / "clock"), ClockSkew(by=timedelta(minutes=1), ahead=False)
    slow.inject(place, TARGET)
    assert place.file.read_text() == "-60\n"


@pytest.mark.parametrize(("clock", "ahead", "live"), [(3600, True, True), (0, True, False), (-3600, True, False), (-3600, False, True)])
def test_it_is_live_when_a_clock_inside_is_off(tmp_path: Path, clock: float, ahead: bool, live: bool) -> None:
    place = Loaded(tmp_path / "clock")
    place.clock = clock
    assert ClockSkew(by=timedelta(hours=1), ahead=ahead).is_live(place, TARGET) is live


def test_a_container_without_the_library_is_refused_by_its_name() -> None:
    place = Place()
    place.answer = Ran(1, "")
    with pytest.raises(Missing, match=r"payments_1 has not loaded libfaketime .* FAKETIME_TIMESTAMP_FILE"):
        HOUR.prepare(place, TARGET)


def test_the_library_is_found_in_the_process_that_has_it(tmp_path: Path) -> None:
    """A process that has such a file mapped counts as one that has loaded it."""
    library = tmp_path / "libfaketime.so.1"
    library.write_bytes(b"x" * 4096)
    holds = (
        "import mmap, sys; f = open(sys.argv[1], 'rb'); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); print(1, flush=True); input()"
    )
    words, surroundings = [sys.executable, "-c", holds, str(library)], {"FAKETIME_TIMESTAMP_FILE": "/data/clock"}
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings) as process:
        assert process.stdout and process.stdout.readline()
        only_there = LOADED.replace("/proc/[0-9]*", f"/proc/{process.pid}")  # other processes of this host may have the real one
        assert Here().run(TARGET, "sh", "-c", only_there) == Ran(0, f"{library} /data/clock")
        process.kill()


def test_somebody_elses_control_file_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("+1d\n")
    with pytest.raises(Refused, match="somebody else's"):
        HOUR.prepare(Loaded(tmp_path / "clock"), TARGET)


@pytest.mark.parametrize("by", [0, 4, 3651 * 86_400])
def test_a_skew_has_bounds(by: float) -> None:
    with pytest.raises(ValidationError):
        ClockSkew(by=timedelta(seconds=by))
