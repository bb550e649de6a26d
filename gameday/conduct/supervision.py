"""What the supervisor does between the first sample and the last event: wait, watch, release, and stop early where it must."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState
from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct import looks
from gameday.conduct.abort import AbortWatch
from gameday.conduct.children import RENEW_EVERY, Guard, Worker
from gameday.conduct.clock import Clock, ClockWatch
from gameday.conduct.crew import Crew
from gameday.conduct.ending import Watched
from gameday.conduct.triggers import Triggers
from gameday.conduct.worker_log import WorkerEvents
from gameday.environments import DrillEnvironment
from gameday.errors import Missing
from gameday.model.event import Event
from gameday.model.plan import Plan
from gameday.model.probe import ProbeDefinition
from gameday.model.protocols import Probe
from gameday.model.script import Script
from gameday.undo.ledger import Ledger
from gameday.undo.target_lock import TargetLock

TICK = 0.05
WORKER_OVERDUE = 15.0
"""Seconds past the end of the last fault's time after which a worker that still runs counts as hanging."""
AFTER_RESOLVE = 3.0
LONGEST_QUIET = 600.0
"""Seconds after the last fault in which all must get quiet; then the drill is closed anyway."""
HUMANS_LINGER = 60.0
"""Seconds that people have for closing words after everything is quiet, unless somebody says `resolve`."""
SLACK = 300.0
"""Seconds for all that has no longest time of its own: starting, last looks, undoing with retries."""


class Stopped(Exception):
    """The drill ends early. `by` is condition, disk, halt, signal, guard_lost or worker_lost."""

    def __init__(self, by: str, why: str) -> None:
        super().__init__(why)
        self.by = by


class NotSteady(Exception):
    """The steady state was not met; nothing was injected."""


@dataclass
class Conducting:
    """What a drill is made of while it runs."""

    plan: Plan
    environment: DrillEnvironment
    folder: Folder
    definitions: Mapping[str, ProbeDefinition]
    probes: Mapping[str, Probe]
    script: Script | None
    on_event: Callable[[Event], None]
    state: HostState = field(default_factory=HostState)
    locks: tuple[TargetLock, ...] = ()
    """Held on every container that the plan may break."""
    daemon: str = ""
    """The id of the Docker daemon in which it breaks something."""
    clock: Clock = field(default_factory=Clock)
    signalled: int = 0
    undoing: bool = False


@dataclass
class Supervision:
    """The loop between the first sample and the last event."""

    c: Conducting
    timeline: TimelineFile
    ledger: Ledger
    guard: Guard
    crew: Crew
    abort: AbortWatch
    _renewed: float = 0.0
    _asked_guards: bool = False

    def __post_init__(self) -> None:
        self._events = WorkerEvents(self.c.folder.worker_log, self.timeline)
        self._clock_watch = ClockWatch(self.timeline)

    def run(self) -> None:
        """From the first sample to the last event. Raises NotSteady and Stopped."""
        if self.c.plan.no_fault:
            self._await_steady()
            self._watch_without_fault()
        else:
            self._break_and_watch(self._steady_worker())
        self._await_quiet()
        if self.crew.watched.impact_over:
            self._ask_guards()

    # --- before -------------------------------------------------------------------------------------------------

    def _steady_worker(self) -> Worker:
        """A worker that waits for its order, and a steady state met beside it: its start must not disturb what is measured after."""
        worker = Worker(self.c.folder, self.c.environment.root, self.ledger)
        try:
            self._await_steady(worker)
        except BaseException:
            worker.end(within=0)  # it was not told to begin, so there is nothing to put back
            raise
        return worker

    def _await_steady(self, worker: Worker | None = None) -> None:
        """Worker ready, users served for `steady_for`, sources seeing, probes inside their bounds, expected alerts quiet."""
        canary, settings = self.crew.canary, self.c.plan.scenario.canary
        wanted, patience = settings.steady_for.total_seconds(), settings.steady_at_the_latest.total_seconds()
        deadline = self.c.clock.boottime() + patience
        said = ""
        asked = 0.0
        while True:
            self._tick()
            now = self.c.clock.boottime()
            if worker is not None and not self._is_ready(worker):
                said = "the worker process is not ready"
            elif canary.good_for() < wanted:
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
                raise NotSteady(f"{said}; waited {patience:.0f} s, nothing was injected")
        looks.record_alerting(self.timeline, self.crew.prometheus, self.crew.alertmanager, self._expected_alerts())
        self.timeline.append("drill.steady", "supervisor", ("drill", self.c.plan.drill))
        self.crew.call_responder()

    def _is_ready(self, worker: Worker) -> bool:
        """Raises Stopped where it ended instead."""
        ended = worker.ended
        self._events.take(self.crew.note_fault)
        if ended:
            raise Stopped("worker_lost", f"the worker process ended with code {worker.exit_code} before the fault; nothing was injected")
        return self._events.ready

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

    def _break_and_watch(self, worker: Worker) -> None:
        events = self._events
        worker.begin(self.c.clock.boottime())
        triggers = Triggers(self.c.plan, self.timeline, self.c.probes, self.c.clock.boottime())
        released: set[str] = set()
        latest = self.c.clock.boottime() + longest_method(self.c.plan) + WORKER_OVERDUE
        try:
            while not worker.ended:
                self._tick()
                if self.c.clock.boottime() > latest:
                    raise Stopped("worker_lost", "the worker process did not take the fault back when its time was over")
                events.take(self.crew.note_fault)
                for fault in triggers.due(self.c.clock.boottime()):
                    worker.trigger(fault)
                held = self._held() - released
                why = self._release_why() if held else None
                if why == "mitigated":
                    self._ask_guards()
                if why:
                    worker.release(why, sorted(held))
                    released |= held
        except BaseException:
            # Whatever it is: who injects must be gone before anybody else undoes.
            self.c.undoing = True
            worker.stop_early()
            worker.end(within=15)
            events.take(self.crew.note_fault)
            raise
        worker.end(within=1)
        events.take(self.crew.note_fault)
        if not events.injected:
            if not self.ledger.append_if_possible("checked"):
                raise Missing("the ledger of the drill cannot be written (is the disk full?), so nothing was injected")
            raise NotSteady(events.why_not or "the steady state was lost before the fault; nothing was injected")
        if worker.exit_code != 0 and not events.finished:
            raise Stopped("worker_lost", f"the worker process ended with code {worker.exit_code}")

    def _ask_guards(self) -> None:
        """Once, when users are served again, under the live fault where somebody mitigated it: at what price?"""
        if self._asked_guards:
            return
        self._asked_guards = True
        for bound in self.c.plan.scenario.expect.response.guards:
            looks.ask(self.timeline, self.c.probes, bound, "guard")

    def _held(self) -> set[str]:
        """The faults in effect that wait for somebody to mitigate them."""
        pairs = zip(self.c.plan.faults, self.c.plan.scenario.faults, strict=True)
        return {fault.id for fault, injection in pairs if injection.hold and fault.id in self.crew.live}

    def _release_why(self) -> str | None:
        """Whether holds may end: users are served again for `steady_for` under every live fault, or were never hit."""
        canary, now = self.crew.canary, self.c.clock.boottime()
        under_all = now - max(self.crew.live.values())
        if canary.impact_at is None:
            slowest = max((a.within.total_seconds() for a in self.c.plan.scenario.expect.alerts.expected), default=60.0)
            return "no_impact" if under_all > slowest + 10 else None
        steady = self.c.plan.scenario.canary.steady_for.total_seconds()
        since = canary.good_since()
        if self.c.plan.responders == "none" or since is None or since <= canary.impact_at:
            return None
        return "mitigated" if min(canary.good_for(), under_all) >= steady else None

    # --- after --------------------------------------------------------------------------------------------------

    def _await_quiet(self) -> None:
        """Until nothing that is expected can still come; never longer than its budget."""
        steady = self.c.plan.scenario.canary.steady_for
        began = self.c.clock.boottime()
        while True:
            self._tick()
            now, watched = self.c.clock.now(), self.crew.watched
            ends = [watched.open_until(self.c.plan.responders)]
            if self.crew.canary.impact_at is not None and self.crew.canary.good_for() < steady.total_seconds():
                ends.append((watched.fault_gone or now) + steady + timedelta(seconds=20))
            if self.crew.responder_busy:
                ends.append((watched.fault_gone or now) + timedelta(seconds=60))
            elif self.c.plan.responders == "human" and not self.c.plan.no_fault:
                ends.append(self._people_until(watched))
            latest = max((e for e in ends if e), default=None)
            if latest is None or now > latest or self.c.clock.boottime() - began > LONGEST_QUIET:
                return

    def _people_until(self, watched: Watched) -> datetime | None:
        if resolved := watched.first.get("incident.resolved"):
            return resolved + timedelta(seconds=AFTER_RESOLVE)
        return (watched.fault_gone or self.c.clock.now()) + timedelta(seconds=HUMANS_LINGER)

    # --- always -------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """A short wait, and everything that may end a drill early. Raises Stopped."""
        self.c.clock.sleep(TICK)
        now = self.c.clock.boottime()
        if now - self._renewed >= RENEW_EVERY:
            self._renewed = now
            self.guard.renew()
            self._clock_watch.look()
            if (reason := self.c.state.halted) is not None:
                raise Stopped("halt", f"halted: {reason}")
            if self.ledger.read().of("taken_over"):
                raise Stopped("guard_lost", "the guard took the drill over, since this process did not answer for a while")
        if not self.guard.alive:
            raise Stopped("guard_lost", "the guard process ended; no fault lives with fewer than two watchers")
        if self.timeline.lost and not self.ledger.read().faults:
            raise Missing("the disk is full: nothing was injected")
        if self.timeline.lost:
            raise Stopped("disk", "the disk is full: what happens can no longer be recorded, so it proves nothing")
        if self.c.signalled:
            raise Stopped("signal", f"stopped by {signal.Signals(self.c.signalled).name}")
        if self.crew.fault_armed_at:
            self.abort.start()
        if why := self.abort.why:
            raise Stopped("condition", why)


def longest_method(plan: Plan) -> float:
    """Seconds after which the worker has taken every fault back, if it does what it should."""
    return max((f.starts_after_seconds + f.lives_at_most_seconds for f in plan.faults), default=0.0)


def longest_drill(plan: Plan) -> float:
    """Seconds after which a drill is certainly over."""
    return plan.scenario.canary.steady_at_the_latest.total_seconds() + longest_method(plan) + WORKER_OVERDUE + LONGEST_QUIET + SLACK
