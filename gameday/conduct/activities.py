"""What Chaos Toolkit calls in the worker: plain functions over one Stage, which `worker.py` sets up."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from chaoslib.exceptions import ActivityFailed

from gameday import time_of_day
from gameday.conduct.locks import undo_data, wanted_for, write_down
from gameday.model.observation import Blind
from gameday.model.plan import Plan, PlannedFault, Target
from gameday.model.protocols import Environment, Fault, Probe
from gameday.model.sidecar import Mandate
from gameday.model.undo import Undo
from gameday.time_of_day import boottime
from gameday.undo.docker_host import DockerHost, host_of
from gameday.undo.ledger import Fenced, Ledger
from gameday.undo.put_back import put_back
from gameday.undo.target_lock import take_locks

SHORT_PATIENCE = 5.0
"""Seconds for an undo while other faults live."""
LIVE_WITHIN = 2.0
"""Seconds that a fault has to be seen in effect after it was injected."""


class WorkerLog:
    """`worker.jsonl`: what the worker did, synced line by line; the supervisor turns it into events."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def __call__(self, kind: str, **fields: Any) -> None:
        now = time_of_day.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with contextlib.suppress(OSError):  # a full disk must not keep a fault in place
            os.write(self._file, json.dumps({"ts": now, "kind": kind, **fields}).encode() + b"\n")
            os.fsync(self._file)


@dataclass
class Stage:
    """Everything the activities need; one a worker."""

    plan: Plan
    environment: Environment
    faults: Mapping[str, Fault]
    probes: Mapping[str, Probe]
    ledger: Ledger
    log: WorkerLog
    steady_at: float
    """When the steady state was met, in seconds since boot; offsets count from here."""
    live_until: dict[str, float] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    """Each target as it was when its fault was injected."""
    waiting: dict[str, float] = field(default_factory=dict)
    """Faults that wait for what triggers them, each with the moment (seconds since boot) at which the waiting ends."""
    struck: dict[str, str] = field(default_factory=dict)
    """Faults that were triggered, each with why it could not be injected; empty where it was."""
    stuck: list[str] = field(default_factory=list)
    """What could not be put back: nothing more is broken after that."""

    def __post_init__(self) -> None:
        pairs = zip(self.plan.faults, self.plan.scenario.faults, strict=False)
        waits = {f.id: f.starts_after_seconds + f.waits_at_most_seconds for f, injection in pairs if injection.when}
        self.waiting = {fault: self.steady_at + seconds for fault, seconds in waits.items()}

    @cached_property
    def host(self) -> DockerHost:
        """Kept: to connect again takes a second where it goes through ssh."""
        return host_of(self.ledger)

    def planned(self, fault: str) -> PlannedFault:
        return next(f for f in self.plan.faults if f.id == fault)

    def holds(self, fault: str) -> bool:
        """Whether it lives until somebody mitigates it; otherwise its time ends it."""
        pairs = zip(self.plan.faults, self.plan.scenario.faults, strict=True)
        return any(injection.hold is not None for planned, injection in pairs if planned.id == fault)

    def mandate(self, fault: PlannedFault) -> Mandate:
        return Mandate(drill=self.plan.drill, fault=fault.id, at_most=timedelta(seconds=fault.lives_at_most_seconds))


_STAGE: list[Stage] = []


def set_stage(stage: Stage) -> None:
    _STAGE[:] = [stage]


def ask(probe: str) -> float:
    """The answer of a named probe. A blind probe is a failed activity, never a number."""
    seen = _STAGE[0].probes[probe].ask()
    if isinstance(seen, Blind):
        raise ActivityFailed(f"{probe} is blind: {seen.reason}")
    return seen.value


def wait_until(seconds: float) -> str:
    """Wait until this long after the steady state was met, undoing on the way what is due."""
    stage = _STAGE[0]
    _tick_until(stage, lambda: boottime() >= stage.steady_at + seconds)
    return "waited"


def inject(fault: str) -> str:
    """Read what must be put back, write it durably, then break it. The only place where that happens.

    Where it fails, the other faults of the scenario go on: each is judged by itself.
    """
    stage = _STAGE[0]
    planned, act = stage.planned(fault), stage.faults[fault]
    try:
        undo = _prepared(stage, fault)
        _lock_holds(stage, planned, undo)
        stage.ledger.intend(
            fault=fault, name=planned.fault, target=planned.target.service, by="worker",
            undo=undo.model_dump(mode="json"), docker=stage.ledger.read().docker, ends_within_seconds=planned.lives_at_most_seconds,
        )  # fmt: skip
    except Exception as error:
        stage.log("fault.failed", fault=fault, why=f"{error}; nothing was injected")
        raise ActivityFailed(f"{planned.fault} on {planned.target.name}: {error}; nothing was injected") from error
    target = planned.target.model_copy(update={"started_at": undo.identity.get("started_at", "")})
    stage.targets[fault] = target
    stage.log("fault.injecting", fault=fault, name=planned.fault, target=planned.target.service)
    try:
        act.inject(stage.environment.under(stage.mandate(planned)), target)
    except Exception as error:
        # Whether it took effect is unknown, and unknown counts as armed.
        stage.log("fault.failed", fault=fault, why=str(error))
        _put_back(stage, fault)
        raise ActivityFailed(f"{planned.fault} on {planned.target.name}: {error}") from error
    stage.live_until[fault] = boottime() + planned.lives_at_most_seconds
    return "injected"


def _prepared(stage: Stage, fault: str) -> Undo:
    """What must be put back, read now. Raises where nothing more may be broken, or the target is not as planned."""
    planned = stage.planned(fault)
    if stage.stuck:
        raise ActivityFailed(f"an earlier fault could not be put back ({stage.stuck[0]})")
    undo = stage.faults[fault].prepare(stage.environment, planned.target)
    if undo.before.get("running") != "true" or undo.before.get("paused") == "true":
        raise ActivityFailed(f"{planned.target.name} is not running as it was when the drill was planned")
    return undo


def inject_when_triggered(fault: str) -> str:
    """Wait until the supervisor says that it happened, or until it is too late. Injected on the way, it is only told of here."""
    stage = _STAGE[0]
    _tick_until(stage, lambda: fault not in stage.waiting)
    if failed := stage.struck.get(fault):
        raise ActivityFailed(failed)
    return "injected" if fault in stage.struck else "not triggered in time, so not injected"


def _strike(stage: Stage, fault: str) -> None:
    """What was waited for happened. Others may be in effect, so a failure is kept until its own activity tells it."""
    stage.waiting.pop(fault)
    stage.log("fault.triggered", fault=fault)
    stage.struck[fault] = ""
    try:
        inject(fault)
        is_live(fault)
    except ActivityFailed as failed:
        stage.struck[fault] = str(failed)


def _lock_holds(stage: Stage, planned: PlannedFault, undo: Undo) -> None:
    """Raises where the target's lock is gone: somebody took the drill over. A new undo is noted beside the lock."""
    held = [line for line in stage.ledger.read().of("locked") if line.get("target") == planned.target.container]
    if not held:
        return  # nobody locks outside a drill
    if not stage.host.exists(str(held[0]["lock"])):
        raise Fenced(f"the lock on {planned.target.name} was taken away")
    if undo_data(undo) != undo_data(planned.undo):
        note = wanted_for(planned.target, [planned.model_copy(update={"undo": undo})], f".{planned.id}")
        taken = take_locks(stage.host, [note], stage.plan.drill, str(held[0]["token"]), float(held[0]["lease"]))
        write_down(taken, stage.ledger)


def is_live(fault: str) -> bool:
    """Whether the fault is seen in effect. Not seen: said so, and put back."""
    stage = _STAGE[0]
    planned = stage.planned(fault)
    if fault not in stage.live_until:
        raise ActivityFailed(f"{planned.fault} on {planned.target.name} was not injected")
    deadline, why = boottime() + LIVE_WITHIN, "injected, and not seen in effect"
    while fault in stage.live_until:
        try:
            live = stage.faults[fault].is_live(stage.environment, stage.targets[fault])
            if live:
                stage.ledger.append("armed", fault=fault, by="worker")
        except Exception as error:  # nobody can tell, and what nobody can tell is put back
            live, why = False, str(error)
        if live:
            by = {"back_end": planned.undo.before["back_end"]} if "back_end" in planned.undo.before else {}
            stage.log("fault.armed", fault=fault, name=planned.fault, target=planned.target.service, **by)
            return True
        if boottime() > deadline:
            break
        _tick(stage, 0.02)
    stage.log("fault.not_live", fault=fault, why=why)
    _put_back(stage, fault)
    raise ActivityFailed(f"{planned.fault} on {planned.target.name} is not in effect")


def hold() -> str:
    """Keep the faults until each one's time is over, or the supervisor releases it."""
    stage = _STAGE[0]
    _tick_until(stage, lambda: not stage.live_until)
    return "all ended"


def undo(fault: str) -> str:
    """Put one fault back; may be called again at any time."""
    return _put_back(_STAGE[0], fault)


def _tick_until(stage: Stage, done: Callable[[], bool]) -> None:
    while not done():
        _tick(stage, 0.05)


def _tick(stage: Stage, patience: float) -> None:
    """Take orders from the supervisor for so many seconds; end each fault whose time is over, the youngest first."""
    for order in _orders(patience):
        match order.split():
            case ["release", why, *faults]:
                for fault in [f for f in reversed(stage.live_until) if f in faults]:
                    _end(stage, fault, why)
            case ["trigger", fault] if fault in stage.waiting:
                _strike(stage, fault)
    now = boottime()
    for fault in [f for f, until in stage.waiting.items() if now >= until]:
        del stage.waiting[fault]
        stage.log("fault.not_triggered", fault=fault, why="what it waits for did not happen in time; it was not injected")
    for fault in [f for f in reversed(stage.live_until) if now >= stage.live_until[f]]:
        _end(stage, fault, "ceiling" if stage.holds(fault) else "time")


def _orders(patience: float) -> list[str]:
    """Lines from the supervisor. End of file: it is gone, and so must the faults be."""
    readable, _, _ = select.select([0], [], [], patience)
    if not readable:
        return []
    said = os.read(0, 4096).decode()
    if not said:
        os.kill(os.getpid(), signal.SIGUSR1)
    return said.splitlines()


def _end(stage: Stage, fault: str, why: str) -> None:
    """Put a fault back while others may live: one that fails must not keep them past their time. It is tried again at the end."""
    stage.log("fault.released", fault=fault, why=why)
    try:
        _put_back(stage, fault, patience=SHORT_PATIENCE)
    except ActivityFailed as failed:
        stage.stuck.append(str(failed))


def _put_back(stage: Stage, fault: str, patience: float = 30.0) -> str:
    stage.live_until.pop(fault, None)
    for result in put_back(stage.ledger, "worker", stage.host, only=fault, patience=patience):
        if result.left:
            stage.log("fault.undo_failed", fault=fault, why=result.left)
            raise ActivityFailed(result.left)
        stage.log("fault.undone", fault=fault, by="worker", detail=result.detail)
        return result.detail
    return "nothing to undo"
