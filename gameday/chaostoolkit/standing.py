"""Faults in effect in a plain `chaos run`: each with its ledger and its guard, so that none outlives the run.

Chaos Toolkit skips rollbacks when it is interrupted, and has none to run when it is killed. The guard is a process of its
own: it puts the fault back when this process ends in whatever way, or when the fault's time is over.
"""

from __future__ import annotations

import contextlib
import shutil
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from chaoslib.exceptions import ActivityFailed, InterruptExecution

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState
from gameday.catalog import fault_of
from gameday.chaostoolkit.place import Place
from gameday.conduct.children import Guard
from gameday.conduct.locks import lock, undo_data, write_down
from gameday.conduct.preflight import clear_the_way, refuse_irreversible
from gameday.environments import DrillEnvironment
from gameday.errors import Stuck
from gameday.model.injection import Injection
from gameday.model.plan import Target
from gameday.model.protocols import Fault
from gameday.model.sidecar import Mandate
from gameday.model.undo import Undo
from gameday.undo.docker_host import host_of
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import put_back
from gameday.undo.target_lock import LockWanted, TargetLock, free_locks

LIVE_WITHIN = 2.0
"""Seconds that a fault has to be seen in effect after it was injected."""
SLACK = timedelta(seconds=5)
"""Past a fault's longest time, before the guard ends it: the experiment's own undo comes first."""


@dataclass(frozen=True)
class Standing:
    """One fault that this process injected."""

    id: str
    fault: Fault
    target: Target
    environment: DrillEnvironment
    ledger: Ledger
    guard: Guard
    locks: tuple[TargetLock, ...]
    """Of its target in the Docker daemon: one that it shares with other faults of this process on the same container."""

    def meant(self, fault: str, target: str) -> bool:
        return fault in ("", self.fault.name) and target in ("", self.target.service)

    @property
    def live(self) -> bool:
        return self.fault.is_live(self.environment, self.target)


@dataclass
class Faults:
    """All of this process."""

    state: HostState = field(default_factory=HostState)
    standing: list[Standing] = field(default_factory=list)
    _rights: dict[str, contextlib.ExitStack] = field(default_factory=dict)
    """The only right to break something in a project, held while a fault is in effect there."""

    def inject(self, injection: Injection, where: Place) -> Standing:
        """Undo before deed, as in a drill. Raises what refuses it, and ActivityFailed where it is not seen in effect."""
        act = fault_of(injection)
        where.refuse(injection, act)
        clear_the_way(self.state)
        try:
            one = self._begin(injection, act, where)
        except BaseException:
            self._settle(where.environment.project)
            raise
        try:
            act.inject(one.environment.under(_mandate(one, injection)), one.target)
            deadline = time.monotonic() + LIVE_WITHIN
            while not one.live:
                if time.monotonic() > deadline:
                    raise ActivityFailed("it was injected, and is not seen in effect")
                time.sleep(0.02)
            one.ledger.append("armed", fault=one.id, by="chaostoolkit")
        except BaseException as error:
            # Whether it took effect is unknown, and unknown counts as armed.
            left = self._end(one)
            if isinstance(error, InterruptExecution) or not isinstance(error, Exception):
                raise
            raise ActivityFailed(f"{act.name} on {one.target.name}: {error}; {left or 'put back'}") from error
        return one

    def _begin(self, injection: Injection, act: Fault, where: Place) -> Standing:
        """All that comes before the deed."""
        environment = where.environment
        if environment.project not in self._rights:
            right = self._rights[environment.project] = contextlib.ExitStack()
            right.enter_context(self.state.exclusive(environment.project))
        target = environment.target(injection.target)
        undo = act.prepare(environment, target)
        if undo.before.get("running") != "true" or undo.before.get("paused") == "true":
            raise ActivityFailed(f"{target.name} does not run, so nothing was injected")
        refuse_irreversible(undo, injection, where.settings)
        name = f"chaostoolkit-{uuid.uuid4().hex[:12]}"
        folder = Folder(self.state.folder / "chaostoolkit" / name)
        folder.path.mkdir(parents=True)
        ledger, docker = Ledger(folder.ledger), environment.daemon.written()
        ledger.append("drill", drill=name, project=environment.project, docker=docker)
        self.state.announce(name, folder.path, environment.project)
        guard = Guard(folder.ledger, lease=(injection.longest + SLACK).total_seconds())
        guard.await_ready()
        locks = self._locks(name, act, target, undo, ledger, injection)
        ledger.intend(
            fault=name, name=act.name, target=target.service, by="chaostoolkit", undo=undo.model_dump(mode="json"), docker=docker,
            ends_within_seconds=injection.longest.total_seconds(),
        )  # fmt: skip
        one = Standing(name, act, target, environment, ledger, guard, locks)
        self.standing.append(one)
        return one

    def _locks(self, name: str, act: Fault, target: Target, undo: Undo, ledger: Ledger, injection: Injection) -> tuple[TargetLock, ...]:
        locks = next((s.locks for s in self.standing if s.target.container == target.container), ())
        if not locks:
            told = {"id": name, "fault": act.name, "target": target.service, "undo": undo_data(undo)}
            with contextlib.closing(host_of(ledger)) as host:
                wanted = LockWanted(target.container, target.name, [told])
                locks = tuple(lock(host, [wanted], name, (injection.longest + SLACK).total_seconds()))
        write_down(locks, ledger)
        return locks

    def undo(self, fault: str = "", target: str = "") -> list[str]:
        """Put back those meant, youngest first; one that fails never stops the others. Says what was done; raises Stuck."""
        chosen = [s for s in reversed(self.standing) if s.meant(fault, target)]
        left = [said for one in chosen if (said := self._end(one))]
        if left:
            raise Stuck("; ".join(left))
        return [f"{one.fault.name} on {one.target.name}" for one in chosen]

    def _end(self, one: Standing) -> str:
        """Put one back. Empty where that is verified; else what to do by hand, and its guard goes on trying."""
        with contextlib.closing(host_of(one.ledger)) as host:
            left = [r.left for r in put_back(one.ledger, "chaostoolkit", host, only=one.id) if r.left]
            if left:
                return left[0]
            self.standing.remove(one)
            if not any(s.locks == one.locks for s in self.standing):
                free_locks(host, one.ledger)
        one.guard.dismiss()
        self.state.withdraw(one.id)
        one.ledger.close()
        shutil.rmtree(one.ledger.path.parent, ignore_errors=True)
        self._settle(one.environment.project)
        return ""

    def _settle(self, project: str) -> None:
        """Give the right back where nothing of this process is in effect any more."""
        if not any(s.environment.project == project for s in self.standing):
            self._rights.pop(project).close()


def _mandate(one: Standing, injection: Injection) -> Mandate:
    return Mandate(drill=one.id, fault=one.id, at_most=injection.longest)
