"""Putting back while the Docker daemon is slow, wrong, half, or away; and while the ledger cannot be had."""

from __future__ import annotations

import fcntl
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger, LedgerUnwritable, read_ledger
from gameday.undo.put_back import put_back
from tests.undo.daemon import Daemon, Mood

pytestmark = pytest.mark.slow
"""Processes that are started, killed and waited for."""

UNDO: dict[str, Any] = {"identity": {"started_at": "t0"}, "steps": [{"verb": "container_unpause", "arguments": {"container": "c1"}}]}


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/d.sock")
    daemon = Daemon(tmp_path / "d.sock")
    yield daemon
    daemon.mood = "well"
    daemon.go()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    yield ledger
    ledger.close()


def intend(ledger: Ledger, *, armed: bool = True) -> None:
    ledger.intend(fault="f1", name="container_pause", target="web", by="worker", undo=UNDO, ends_within_seconds=60)
    if armed:
        ledger.append("armed", fault="f1", by="worker")


def undo(ledger: Ledger, patience: float = 20.0) -> Any:
    host = DockerHost(timeout=1)
    try:
        (result,) = put_back(ledger, "test", host, patience=patience)
    finally:
        host.close()
    return result


def state(ledger: Ledger) -> str:
    return ledger.read().faults[0].state


def test_a_call_that_was_on_its_way_when_its_caller_died_is_undone_too(daemon: Daemon, ledger: Ledger) -> None:
    intend(ledger, armed=False)
    daemon.paused = False
    daemon.pause_later(0.3)
    assert undo(ledger).left == ""
    assert (daemon.paused, daemon.calls) == (False, ["unpause"])


@pytest.mark.parametrize("mood", ["error", "half", "mute"])
def test_a_daemon_that_answers_wrong_is_asked_until_it_answers_right(daemon: Daemon, ledger: Ledger, mood: Mood) -> None:
    intend(ledger)
    daemon.mood = mood
    threading.Timer(1.2, lambda: setattr(daemon, "mood", "well")).start()
    assert undo(ledger).left == ""
    assert (daemon.paused, state(ledger)) == (False, "undone")
    assert len(daemon.calls) > 1


@pytest.mark.parametrize("mood", ["error", "half", "mute"])
def test_one_that_never_does_is_told_with_the_command_and_the_fault_stays_open(daemon: Daemon, ledger: Ledger, mood: Mood) -> None:
    intend(ledger)
    daemon.mood, daemon.well_read = mood, False
    assert re.search(r"by hand: docker -H unix:.* unpause c1", undo(ledger, patience=0.5).left)
    assert (state(ledger), len(ledger.read().open)) == ("undo_failed", 1)


def test_one_that_is_away_is_waited_for(daemon: Daemon, ledger: Ledger) -> None:
    intend(ledger)
    daemon.away = True
    threading.Timer(1.0, lambda: setattr(daemon, "away", False)).start()
    assert undo(ledger).left == ""
    assert not daemon.paused


def test_what_was_done_before_its_line_was_written_is_done_again_harmlessly(daemon: Daemon, ledger: Ledger) -> None:
    intend(ledger)
    ledger.append("undoing", fault="f1", by="worker")
    daemon.paused = False
    assert undo(ledger).detail == "was not paused"
    assert daemon.calls == []


def test_of_two_steps_the_second_is_done_by_whoever_comes_next(daemon: Daemon, ledger: Ledger, tmp_path: Path) -> None:
    steps = [*UNDO["steps"], {"verb": "release_set", "arguments": {}}]  # one that this first undoer cannot do
    ledger.intend(fault="f1", name="x", target="web", by="worker", undo={**UNDO, "steps": steps}, ends_within_seconds=60)
    ledger.append("armed", fault="f1", by="worker")
    assert undo(ledger, patience=0.0).left
    assert (daemon.paused, daemon.calls) == (False, ["unpause"])
    whole = (
        ledger.path.read_text().replace('"release_set"', '"container_unpause"').replace('"arguments":{}', '"arguments":{"container":"c1"}')
    )
    ledger.path.write_text(whole)
    assert undo(ledger).detail == "was not paused; was not paused"
    assert daemon.calls == ["unpause"]


def test_a_locked_ledger_forbids_breaking_and_does_not_hold_up_the_undo(
    daemon: Daemon, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    intend(ledger)
    other = os.open(ledger.path, os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with pytest.raises(LedgerUnwritable, match="locked by another process"):
            ledger.append("armed", patience=0.1, fault="f2")
        assert undo(ledger).left == ""
        assert not daemon.paused
    finally:
        os.close(other)


def test_a_ledger_whose_file_is_gone_still_tells_what_to_undo(daemon: Daemon, ledger: Ledger) -> None:
    intend(ledger)
    ledger.path.unlink()
    assert undo(ledger).left == ""
    assert not daemon.paused
    assert read_ledger(ledger.path).faults == ()
