"""Somebody sets the wall clock in mid-drill, and nothing moves."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gameday import time_of_day
from gameday.bundle.timeline_file import TimelineFile, read_timeline
from gameday.bundle.words import Word
from gameday.collectors.shell_log import ShellLog
from gameday.collectors.words_inbox import WordsInbox
from gameday.conduct.clock import ClockWatch
from gameday.conduct.watch import Eyes
from gameday.undo.ledger import Ledger

HOUR = 3600.0
Set = Callable[[float], None]


@pytest.fixture
def set_wall(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets the wall clock, as this process reads it, by so many seconds."""
    real = time.time

    def set_by(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return set_by


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_drills_time_goes_on_as_if_the_clock_had_not_been_set(set_wall: Set, jump: float) -> None:
    with time_of_day.held():
        before = time_of_day.now()
        assert time_of_day.set_by() == 0
        set_wall(jump)
        assert abs(time_of_day.now() - before) < timedelta(seconds=30)
        assert abs(time_of_day.set_by() - jump) < 1
    assert time_of_day.set_by() == 0  # no drill, nothing to compare with


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_whoever_the_drill_starts_has_its_clock(set_wall: Set, jump: float) -> None:
    set_wall(jump)  # as the drill saw it when it began; its child reads the wall clock as it is
    with time_of_day.held():
        asked = "from gameday import time_of_day; print(time_of_day.now().timestamp(), time_of_day.set_by())"
        said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60).stdout.split()
        assert abs(float(said[0]) - time.time()) < 30
        assert abs(float(said[1]) + jump) < 30


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_timeline_and_ledger_are_dated_by_it(tmp_path: Path, set_wall: Set, jump: float) -> None:
    with time_of_day.held():
        timeline, ledger = TimelineFile(tmp_path / "timeline.jsonl"), Ledger(tmp_path / "ledger.jsonl")
        for _ in range(2):
            timeline.append("note", "supervisor", ("log", "test"))
            ledger.append("checked")
            set_wall(jump)
        timeline.close()
        first, second = read_timeline(tmp_path / "timeline.jsonl")[0].events
        assert timedelta(0) <= second.at - first.at < timedelta(seconds=30)
        stamps = [line["ts"] for line in ledger.read().of("checked")]
        assert stamps == sorted(stamps)
        assert stamps[1][:14] in (first.at.isoformat()[:14], second.at.isoformat()[:14])
        ledger.close()


def test_that_it_was_set_is_noted_once_each_time(tmp_path: Path, set_wall: Set) -> None:
    with time_of_day.held():
        timeline = TimelineFile(tmp_path / "timeline.jsonl")
        watch = ClockWatch(timeline)
        for jump in (0.0, HOUR, HOUR, 0.0, 0.0):
            set_wall(jump)
            watch.look()
        timeline.close()
    notes = [e.text("text") for e in read_timeline(tmp_path / "timeline.jsonl")[0]]
    assert ["+3600" in notes[0], "+0.0" in notes[1], len(notes)] == [True, True, 2]


def test_words_and_commands_of_people_on_this_host_are_dated_by_it(tmp_path: Path, set_wall: Set) -> None:
    with time_of_day.held():
        began = time_of_day.now()
        set_wall(HOUR)  # their terminals show the new time
        (tmp_path / "inbox").mkdir()
        said = datetime.fromtimestamp(time.time(), UTC)
        word = Word(word="log", seat="ann", said=said, data={"text": "looking"})
        (tmp_path / "inbox" / "w1.json").write_text(word.model_dump_json())
        (tmp_path / "shell-1.jsonl").write_text(json.dumps({"cmd": "ls", "ts": said.isoformat(), "seat": "ann", "exit": 0}) + "\n")
        timeline = TimelineFile(tmp_path / "timeline.jsonl")
        for collector in (WordsInbox(tmp_path / "inbox"), ShellLog(tmp_path)):
            collector.look(Eyes(timeline).of(collector.source))
        timeline.close()
    events = read_timeline(tmp_path / "timeline.jsonl")[0].events
    assert [e.source for e in events] == ["words", "shell"]
    assert all(abs(e.at - began) < timedelta(seconds=30) for e in events)
