"""One drill on one screen: start the watchers, wait for a steady state, break, watch, put back, close.

    guard ready → eyes open → steady? → worker injects and holds → mitigated, or time → undone → quiet → closed

The supervisor (this process) is the only writer of the timeline. Whatever happens to it, the guard puts things back.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState
from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct import looks
from gameday.conduct.children import RENEW_EVERY, Guard, Worker
from gameday.conduct.clock import Clock
from gameday.conduct.crew import Crew
from gameday.conduct.ending import Watched
from gameday.conduct.worker_log import WorkerEvents
from gameday.environments.sandbox import Sandbox
from gameday.model.event import Event
from gameday.model.plan import Plan
from gameday.model.probe import ProbeDefinition
from gameday.model.protocols import Probe
from gameday.model.script import Script
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import put_back

TICK = 0.05
STEADY_PATIENCE = 45.0
"""Seconds beyond `steady_for` in which the steady state must be reached."""
ABORT_EVERY = 2.0
AFTER_RESOLVE = 3.0
HUMANS_LINGER = 60.0
"""Seconds that people have for closing words after everything is quiet, unless somebody says `resolve`."""

Outcome = Literal["completed", "aborted", "invalid", "stuck"]


class Stopped(Exception):
    """The drill ends early. `by` is condition, halt, signal, guard_lost or worker_lost."""

    def __init__(self, by: str, why: str) -> None:
        super().__init__(why)
        self.by = by


class NotSteady(Exception):
    """The steady state was not met; nothing was injected."""


@dataclass
class Conducting:
    """What a drill is made of while it runs."""

    plan: Plan
    environment: Sandbox
    folder: Folder
    definitions: Mapping[str, ProbeDefinition]
    probes: Mapping[str, Probe]
    script: Script | None
    on_event: Callable[[Event], None]
    state: HostState = field(default_factory=HostState)
    clock: Clock = field(default_factory=Clock)
    signalled: int = 0
    undoing: bool = False


@dataclass(frozen=True)
class Conducted:
    """How a drill ended. `left` names what could not be put back; `head` is the hash of the last event."""

    outcome: Outcome
    why: str
    signal: int
    left: tuple[str, ...]
    head: str


def conduct(c: Conducting) -> Conducted:
    """Conduct one drill to its end. Faults are undone when this returns, or `left` says which are not."""
    timeline = TimelineFile(c.folder.timeline)
    timeline.listen(c.on_event)
    ledger = Ledger(c.folder.ledger)
    ledger.append("drill", drill=c.plan.drill, project=c.environment.project)
    c.state.announce(c.plan.drill, c.folder.path, c.environment.project)
    restore_signals = _catch_signals(c)
    timeline.append("drill.started", "supervisor", ("drill", c.plan.drill), data=_facts(c.plan))
    guard = Guard(c.folder.ledger)
    crew = Crew(c.plan, c.environment, c.folder, timeline, c.clock, c.script)
    outcome: Outcome = "completed"
    why = ""
    try:
        guard.await_ready()
        crew.start(ledger)
        _Supervision(c, timeline, ledger, guard, crew).run()
    except NotSteady as unsteady:
        outcome, why = "invalid", str(unsteady)
        timeline.append("drill.unsteady", "supervisor", ("drill", c.plan.drill), data={"why": why})
    except Stopped as stopped:
        outcome, why = "aborted", str(stopped)
        timeline.append("drill.aborted", "supervisor", ("drill", c.plan.drill), data={"why": why, "by": stopped.by})
    finally:
        c.undoing = True
        left = _make_sure(c, timeline, ledger)
        crew.stop()
        if left:
            outcome = "stuck"
        head = _close(timeline, c.plan.drill, outcome)
        ledger.append_if_possible("closed", outcome=outcome)
        guard.dismiss()
        if not left:
            c.state.withdraw(c.plan.drill)
        ledger.close()
        restore_signals()
    return Conducted(outcome, why, c.signalled, left, head)


@dataclass
class _Supervision:
    """The loop between the first sample and the last event."""

    c: Conducting
    timeline: TimelineFile
    ledger: Ledger
    guard: Guard
    crew: Crew
    _renewed: float = 0.0
    _asked_abort: float = 0.0
    _blind_aborts: int = 0

    def run(self) -> None:
        self._await_steady()
        if self.c.plan.no_fault:
            self._watch_without_fault()
        else:
            self._break_and_watch()
        self._await_quiet()

    # --- before -------------------------------------------------------------------------------------------------

    def _await_steady(self) -> None:
        """Users served for `steady_for`, sources seeing, probes inside their bounds, expected alerts quiet."""
        canary, wanted = self.crew.canary, self.c.plan.scenario.canary.steady_for.total_seconds()
        deadline = self.c.clock.boottime() + wanted + STEADY_PATIENCE
        said = ""
        asked = 0.0
        while True:
            self._tick()
            now = self.c.clock.boottime()
            if canary.good_for() < wanted:
                said = f"users are not served steadily: {canary.last_error or 'no sample yet'}"
            elif blind := self.crew.not_seeing():
                said = blind
            elif active := self.crew.watched.firing & self._expected_alerts():
                said = f"{', '.join(sorted(active))} is firing already"
            elif now - asked > 1.0:
                asked = now
                answers = [(b, looks.ask(self.timeline, self.c.probes, b, "steady_state")) for b in self.c.plan.scenario.steady_state]
                missed = [f"{bound} {'is blind' if holds is None else 'does not hold'}" for bound, holds in answers if not holds]
                if not missed:
                    break
                said = "; ".join(missed)
            if now > deadline:
                raise NotSteady(f"{said}; waited {wanted + STEADY_PATIENCE:.0f} s, nothing was injected")
        looks.record_alerting(self.timeline, self.crew.prometheus, self.crew.alertmanager, self._expected_alerts())
        self.timeline.append("drill.steady", "supervisor", ("drill", self.c.plan.drill))

    def _expected_alerts(self) -> set[str]:
        return {a.alert for a in self.c.plan.scenario.expect.alerts.expected}

    # --- during -------------------------------------------------------------------------------------------------

    def _watch_without_fault(self) -> None:
        """A control run: as long as the slowest alert would have had."""
        alerts = self.c.plan.scenario.expect.alerts.expected
        seconds = max((a.within.total_seconds() for a in alerts), default=30.0)
        until = self.c.clock.boottime() + seconds
        while self.c.clock.boottime() < until:
            self._tick()

    def _break_and_watch(self) -> None:
        worker = Worker(self.c.folder, self.c.environment.root, time.monotonic(), self.ledger)
        events = WorkerEvents(self.c.folder.worker_log, self.timeline)
        released = False
        try:
            while not worker.ended:
                self._tick()
                events.take(self.crew.note_fault)
                why = None if released else self._release_why()
                if why:
                    worker.release(why)
                    released = True
        except Stopped:
            self.c.undoing = True
            worker.stop_early()
            worker.end(within=15)
            events.take(self.crew.note_fault)
            raise
        worker.end(within=1)
        events.take(self.crew.note_fault)
        if not events.injected:
            raise NotSteady(events.why_not or "the steady state was lost before the fault; nothing was injected")
        if worker.exit_code != 0 and not events.finished:
            raise Stopped("worker_lost", f"the worker process ended with code {worker.exit_code}")

    def _release_why(self) -> str | None:
        """Whether the hold may end: users are served again for `steady_for` under the live fault, or were never hit."""
        if not self.crew.fault_armed_at or any(i.hold is None for i in self.c.plan.scenario.faults):
            return None
        canary = self.crew.canary
        if canary.impact_at is None:
            slowest = max((a.within.total_seconds() for a in self.c.plan.scenario.expect.alerts.expected), default=60.0)
            return "no_impact" if time.monotonic() - self.crew.fault_armed_at > slowest + 10 else None
        steady = self.c.plan.scenario.canary.steady_for.total_seconds()
        since = canary.good_since()
        if self.c.plan.responders == "none" or since is None or since <= canary.impact_at:
            return None
        return "mitigated" if canary.good_for() >= steady else None

    # --- after --------------------------------------------------------------------------------------------------

    def _await_quiet(self) -> None:
        """Until nothing that is expected can still come; never longer than its budget."""
        steady = self.c.plan.scenario.canary.steady_for
        began = self.c.clock.boottime()
        while True:
            self._tick()
            now, watched = datetime.now(UTC), self.crew.watched
            ends = [watched.open_until(self.c.plan.responders)]
            if self.crew.canary.impact_at is not None and self.crew.canary.good_for() < steady.total_seconds():
                ends.append((watched.fault_gone or now) + steady + timedelta(seconds=20))
            if self.crew.responder_busy:
                ends.append((watched.fault_gone or now) + timedelta(seconds=60))
            elif self.c.plan.responders == "human" and not self.c.plan.no_fault:
                ends.append(self._people_until(watched))
            latest = max((e for e in ends if e), default=None)
            if latest is None or now > latest or self.c.clock.boottime() - began > 600:
                return

    def _people_until(self, watched: Watched) -> datetime | None:
        if resolved := watched.first.get("incident.resolved"):
            return resolved + timedelta(seconds=AFTER_RESOLVE)
        return (watched.fault_gone or datetime.now(UTC)) + timedelta(seconds=HUMANS_LINGER)

    # --- always -------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """A short wait, and everything that may end a drill early. Raises Stopped."""
        self.c.clock.sleep(TICK)
        now = self.c.clock.boottime()
        if now - self._renewed >= RENEW_EVERY:
            self._renewed = now
            self.guard.renew()
            if (reason := self.c.state.halted) is not None:
                raise Stopped("halt", f"halted: {reason}")
            if self.ledger.read().of("taken_over"):
                raise Stopped("guard_lost", "the guard took the drill over, since this process did not answer for a while")
        if not self.guard.alive:
            raise Stopped("guard_lost", "the guard process ended; no fault lives with fewer than two watchers")
        if self.c.signalled:
            raise Stopped("signal", f"stopped by {signal.Signals(self.c.signalled).name}")
        if self.c.plan.scenario.abort_when and now - self._asked_abort >= ABORT_EVERY and self.crew.fault_armed_at:
            self._asked_abort = now
            self._check_abort()

    def _check_abort(self) -> None:
        for bound in self.c.plan.scenario.abort_when:
            match looks.ask(self.timeline, self.c.probes, bound, "abort"):
                case True:
                    raise Stopped("condition", f"abort condition met: {bound}")
                case None:
                    self._blind_aborts += 1
                    if self._blind_aborts >= 3:
                        raise Stopped("condition", f"abort condition {bound} could not be read three times in a row")
                case False:
                    self._blind_aborts = 0


def _make_sure(c: Conducting, timeline: TimelineFile, ledger: Ledger) -> tuple[str, ...]:
    """Undo whatever the ledger still shows as open. Returns what is left, with the command to run by hand."""
    if not ledger.read().open:
        return ()
    left = []
    for result in put_back(ledger, "supervisor", DockerHost()):
        kind: Any = "fault.undo_failed" if result.left else "fault.undone"
        data = {"by": "supervisor", "detail": result.detail, "why": result.left}
        timeline.append(kind, "supervisor", ("fault", result.fault), data=data)
        if result.left:
            left.append(result.left)
    return tuple(left)


def _close(timeline: TimelineFile, drill: str, outcome: Outcome) -> str:
    data = {"outcome": outcome, "events": timeline.count, "lost": timeline.lost}
    timeline.append("drill.closed", "supervisor", ("drill", drill), data=data)
    timeline.close()
    return timeline.head


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "scenario": plan.name,
        "title": plan.scenario.title,
        "responders": plan.responders,
        "no_fault": plan.no_fault,
        "plan": plan.hash,
    }


def _catch_signals(c: Conducting) -> Callable[[], None]:
    """First signal: stop and undo. Later ones never cut the undo."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def note(number: int, _frame: object) -> None:
        c.signalled = c.signalled or number

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, note) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
