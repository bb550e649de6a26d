"""The record: appended, chained, read back as far as it is whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gameday.bundle.timeline_file import GENESIS, TimelineFile, read_timeline


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "timeline.jsonl"
    file = TimelineFile(path)
    file.append("drill.started", "supervisor", ("drill", "d"))
    for n in range(8):
        file.append("note", "words", ("log", "log"), data={"text": f"line {n} \u2028 é"}, actor="seat-1", actor_kind="human")
    file.append("drill.closed", "supervisor", ("drill", "d"), data={"outcome": "completed", "events": 9})
    file.close()
    return path


def test_what_was_appended_is_read_back(path: Path) -> None:
    timeline, head = read_timeline(path)
    assert (len(timeline), timeline.damage) == (10, "")
    assert timeline.events[0].prev == GENESIS
    assert head != GENESIS


def test_an_altered_line_ends_the_reading_there(path: Path) -> None:
    lines = path.read_text().split("\n")
    lines[3] = lines[3].replace("line 2", "line X")
    path.write_text("\n".join(lines))
    timeline, _ = read_timeline(path)
    assert len(timeline) == 4
    assert "timeline.jsonl:5" in timeline.damage


def test_a_missing_line_is_seen(path: Path) -> None:
    lines = path.read_text().split("\n")
    del lines[4]
    path.write_text("\n".join(lines))
    assert "altered or lines are missing" in read_timeline(path)[0].damage


def test_a_file_cut_at_any_byte_gives_whole_events(path: Path) -> None:
    whole = path.read_bytes()
    for end in range(0, len(whole), 37):
        path.write_bytes(whole[:end])
        timeline, _ = read_timeline(path)
        assert len(timeline) == whole[:end].count(b"\n")
        assert bool(timeline.damage) == (whole[end - 1 : end] != b"\n")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    assert "missing" in read_timeline(tmp_path / "none")[0].damage


def test_nobody_writes_into_an_old_record(path: Path) -> None:
    with pytest.raises(FileExistsError):
        TimelineFile(path)


def test_listeners_hear_what_is_on_disk(tmp_path: Path) -> None:
    file = TimelineFile(tmp_path / "t.jsonl")
    heard: list[str] = []
    file.listen(lambda e: heard.append((tmp_path / "t.jsonl").read_text().splitlines()[-1][:9] + e.id[:0]))
    file.append("note", "words", ("log", "log"))
    assert heard == ['{"seq":1,']


WRITER = """
import sys
from pathlib import Path
from gameday.bundle.timeline_file import TimelineFile
file = TimelineFile(Path(sys.argv[1]))
while True:
    event = file.append("note", "words", ("log", "log"), data={"text": "x" * 300})
    print(event.seq, flush=True)
"""


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=[pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)])])
def test_what_was_acknowledged_survives_a_killed_writer(tmp_path: Path, kills: int) -> None:
    seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
    print(f"SEED={seed}")
    dice = random.Random(seed)
    for number in range(kills):
        path = tmp_path / f"{number}.jsonl"
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = [writer.stdout.readline() for _ in range(dice.randrange(1, 200))]
            time.sleep(dice.random() * 0.002)  # a chosen moment within one line, not a wait for something
            writer.kill()
            acknowledged += writer.stdout.readlines()
        timeline, _ = read_timeline(path)
        assert timeline.damage == "" or "ends in the middle" in timeline.damage
        assert len(timeline) >= int(acknowledged[-1])
