"""Putting back: whatever happened in between, and as often as it is asked."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gameday.undo.docker_host import ContainerState, TargetGone
from gameday.undo.ledger import Fenced, Ledger, read_ledger
from gameday.undo.put_back import put_back


class Host:
    """A Docker daemon with one container, which remembers what was asked of it."""

    def __init__(self, *, paused: bool = True, running: bool = True, started_at: str = "t0") -> None:
        self.paused, self.running, self.started_at = paused, running, started_at
        self.gone, self.daemon = False, "AAAA"
        self.failing = 0
        self.calls: list[str] = []

    def state(self, container: str) -> ContainerState:
        if self.gone:
            raise TargetGone(container)
        return ContainerState(self.running, self.paused, self.started_at)

    def unpause(self, container: str) -> None:
        self._call("unpause")
        self.paused = False

    def start(self, container: str) -> None:
        self._call("start")
        self.running, self.paused, self.started_at = True, False, "t1"

    def _call(self, verb: str) -> None:
        self.calls.append(verb)
        if self.failing:
            self.failing -= 1
            raise OSError("daemon is away")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


def intend(ledger: Ledger, fault: str = "f1", verb: str = "container_unpause", *, armed: bool = True) -> None:
    undo = {"identity": {"container": "c1", "started_at": "t0"}, "steps": [{"verb": verb, "arguments": {"container": "c1"}}]}
    ledger.intend(fault=fault, name="container_pause", target="payments", by="worker", undo=undo, ends_within_seconds=60)
    if armed:
        ledger.append("armed", fault=fault, by="worker")


def undo(ledger: Ledger, host: Host, patience: float = 1.0) -> list[Any]:
    return put_back(ledger, "test", host, patience=patience, sleep=lambda _: None)  # type: ignore[arg-type]


def states(ledger: Ledger) -> list[str]:
    return [f.state for f in ledger.read().faults]


def test_a_paused_container_runs_again(ledger: Ledger) -> None:
    intend(ledger)
    host = Host()
    (result,) = undo(ledger, host)
    assert (result.left, host.paused, states(ledger)) == ("", False, ["undone"])


def test_twice_does_nothing_more(ledger: Ledger) -> None:
    intend(ledger)
    host = Host()
    undo(ledger, host)
    assert undo(ledger, host) == []
    assert host.calls == ["unpause"]


def test_what_somebody_put_back_already_counts_as_done(ledger: Ledger) -> None:
    intend(ledger)
    host = Host(paused=False)
    (result,) = undo(ledger, host)
    assert (result.left, host.calls, states(ledger)) == ("", [], ["undone"])


def test_a_pause_after_a_restart_is_somebody_elses(ledger: Ledger) -> None:
    intend(ledger)
    host = Host(started_at="t9")
    undo(ledger, host)
    assert host.paused
    assert states(ledger) == ["lost"]


def test_a_removed_container_took_the_fault_with_it(ledger: Ledger) -> None:
    intend(ledger)
    host = Host()
    host.gone = True
    undo(ledger, host)
    assert states(ledger) == ["lost"]


def test_a_daemon_that_is_away_for_a_while_is_waited_for(ledger: Ledger) -> None:
    intend(ledger)
    host = Host()
    host.failing = 2
    (result,) = undo(ledger, host, patience=5.0)
    assert (result.left, host.paused) == ("", False)


def test_what_cannot_be_put_back_names_the_command(ledger: Ledger) -> None:
    intend(ledger)
    host = Host()
    host.failing = 10_000
    (result,) = undo(ledger, host, patience=0.0)
    assert "docker unpause c1" in result.left
    assert states(ledger) == ["undo_failed"]


def test_a_dead_container_is_started(ledger: Ledger) -> None:
    intend(ledger, verb="container_start")
    host = Host(running=False, paused=False)
    undo(ledger, host)
    assert host.running
    assert states(ledger)[0] in ("undone", "lost")


def test_one_failure_does_not_stop_the_others(ledger: Ledger) -> None:
    intend(ledger, "f1")
    intend(ledger, "f2", verb="container_unheard_of")
    host = Host()
    results = {r.fault: r.left for r in undo(ledger, host, patience=0.0)}
    assert results["f1"] == ""
    assert "f2" in results
    assert results["f2"]


@pytest.mark.parametrize("line", ["taken_over", "closed"])
def test_a_drill_that_was_taken_over_or_is_over_injects_nothing_more(ledger: Ledger, line: Any) -> None:
    ledger.append(line, by="guard", why="lease")
    with pytest.raises(Fenced):
        intend(ledger)


def test_an_intent_alone_counts_as_a_fault(ledger: Ledger) -> None:
    intend(ledger, armed=False)
    assert [f.id for f in ledger.read().open] == ["f1"]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_line_swallows_nothing(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "l.jsonl"
    ledger = Ledger(path)
    intend(ledger)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"ts":"2026-03-04T10:00:00.000Z","kind":"undone","fault":"f1","by":"worker"}\n'[:cut])
    again = Ledger(path)
    assert [f.state for f in again.read().open] == ["armed"]
    again.append("undone", fault="f1", by="recover")
    page = read_ledger(path)
    assert (page.open, page.damaged) == ((), 1)


def test_a_missing_ledger_is_an_empty_page(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "none").faults == ()


def test_a_container_that_another_daemon_does_not_know_is_not_gone(ledger: Ledger) -> None:
    ledger.append("drill", drill="d", project="p", daemon="AAAA")
    intend(ledger)
    host = Host()
    host.gone, host.daemon = True, "BBBB"
    (result,) = undo(ledger, host)
    assert "set DOCKER_HOST to that one; there by hand: docker unpause c1" in result.left
    host.daemon = "AAAA"
    (result,) = undo(ledger, host)
    assert (result.left, states(ledger)) == ("", ["lost"])


class Stopping(Host):
    """A container that was told to stop, and takes its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(paused=False)
        self.ends = time.monotonic() + seconds

    def state(self, container: str) -> ContainerState:
        if self.ends and time.monotonic() >= self.ends:
            self.ends, self.running = 0.0, False
        return super().state(container)


@pytest.mark.parametrize(("armed", "starts"), [(False, ["start"]), (True, [])])
def test_a_stop_that_is_on_its_way_is_waited_for_as_long_as_it_may_take(ledger: Ledger, armed: bool, starts: list[str]) -> None:
    arguments = {"container": "c1", "lands_within": "1.6"}
    steps = [{"verb": "container_start", "arguments": arguments}]
    ledger.intend(
        fault="f1", name="container_stop", target="payments", by="worker", undo={"identity": {}, "steps": steps}, ends_within_seconds=60
    )
    if armed:  # it was seen stopped, so nothing is on its way
        ledger.append("armed", fault="f1", by="worker")
    host = Stopping(1.2)
    (result,) = put_back(ledger, "test", host, patience=1.0)  # type: ignore[arg-type]  # a daemon in here
    assert (host.calls, result.left, states(ledger)) == (starts, "", ["undone"])
    assert host.running


def test_a_disk_that_takes_half_a_line_did_not_take_it(tmp_path: Path) -> None:
    """Told by the kernel as a success, at the edge of what still fits."""
    program = (
        "import resource, sys; from pathlib import Path; from gameday.undo.ledger import Ledger, LedgerUnwritable\n"
        "path = Path(sys.argv[1]); ledger = Ledger(path); ledger.append('drill', daemon='A')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20,) * 2)\n"
        "try: ledger.intend(fault='f1', name='x', target='t', by='worker', undo={}, ends_within_seconds=1)\n"
        "except LedgerUnwritable as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "l.jsonl")], capture_output=True, text=True, timeout=30, check=True
    )
    assert "no space left on the disk" in done.stdout
    assert read_ledger(tmp_path / "l.jsonl").damaged == 1


def test_a_hiccup_while_it_is_watched_does_not_end_the_undo(ledger: Ledger) -> None:
    class Hiccups(Host):
        looks = 0

        def state(self, container: str) -> ContainerState:
            self.looks += 1
            if self.looks == 4:
                raise OSError("timed out")
            return super().state(container)

    intend(ledger, armed=False)
    (result,) = undo(ledger, Hiccups())
    assert (result.state, result.left) == ("undone", "")
