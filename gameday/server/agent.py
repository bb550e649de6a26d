"""The agent: takes what servers claimed for this host, runs each as a child, and says what became of it.

Everything that has to survive a `kill -9` is somewhere else: who runs what is in the store, whether a drill still lives is a lock
that the drill itself holds, what it broke is in its ledger. So an agent that comes later goes on where one was killed.
"""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gameday.bundle.folder import Folder
from gameday.conduct.clock import Clock
from gameday.errors import GamedayError
from gameday.model.claim import Claim
from gameday.server.aftermath import aftermath
from gameday.server.drill_command import NotAllowed, drill_arguments, drill_of
from gameday.server.host import DrillLock, Host
from gameday.store.database import Database
from gameday.store.slots import Slots
from gameday.store.watches import Agents
from gameday.undo.processes import send_signal

TICK = 0.1
BEAT_EVERY = 2.0
LEAVES_AFTER = 15.0
"""Seconds that a stopped agent whose drills are over waits for a store that is away."""
LOG = logging.getLogger("gameday.agent")


@dataclass
class _Drill:
    """A drill whose process this agent started."""

    claim: Claim
    lock: DrillLock
    process: subprocess.Popen[bytes]


@dataclass
class Agent:
    """Runs slots of one workspace on this host. `recover` puts back what dead drills left, and says what it could not."""

    database: Database
    host: Host
    root: Path
    recover: Callable[[], str]
    at_once: int = 1
    """Drills at one time."""
    program: Sequence[str] = (sys.executable, "-P", "-m", "gameday")
    """Not from the workspace (`-P`), whatever lies there by the name of a module."""
    clock: Clock = field(default_factory=Clock)
    name: str = ""
    _drills: list[_Drill] = field(default_factory=list)
    _beat: int = 0
    _beaten: float = float("-inf")

    def __post_init__(self) -> None:
        self.name = self.name or f"agent-{self.host.name}-{os.getpid()}-{secrets.token_hex(2)}"
        self._slots, self._agents = Slots(self.database), Agents(self.database)

    def run(self, leaving: Callable[[], str]) -> None:
        """Until `leaving` says `wind_down` (no new drill; those that run go on) or `stop` (those end now, with their undo)."""
        presence = self.host.enter()
        if left := self.recover():
            LOG.error("something may still be broken: %s", left)
        told_own = told_others = cleared = False
        answered = self.clock.boottime()
        try:
            while True:
                why = leaving()
                if why:
                    presence.leave()
                if why == "stop" and not told_own:
                    # Before the store is asked for anything: what is broken is put back whether it answers or not.
                    self._end_drills()
                    told_own, answered = True, self.clock.boottime()
                try:
                    if why == "stop" and not told_others:
                        self._end_others()
                        told_others = True
                    others = self.tick(takes=not why)
                    if not cleared:
                        self.host.clear(self.clock.now().timestamp())
                        cleared = True
                    if why and not self._drills and (why == "wind_down" or not others):
                        self._agents.leave(self.name)
                        return
                    answered = self.clock.boottime()
                except GamedayError as error:
                    LOG.warning("%s", error)
                    if why == "stop" and self.clock.boottime() - answered > LEAVES_AFTER and self._leave_untold():
                        return
                    self.clock.sleep(1)
                self.clock.sleep(TICK)
        finally:
            presence.leave()

    def tick(self, takes: bool = True) -> int:
        """Settle what ended, go on with what others left, start what is due. Says how many drills live that others started.

        Raises Missing while the store is away; nothing is lost by that.
        """
        self._give_sign_of_life()
        for drill in [d for d in self._drills if d.process.poll() is not None]:
            # Raises while the store is away, and is done at the next tick.
            self._settle(drill.claim, drill.lock, drill.process.returncode)
            self._drills.remove(drill)
        others = 0
        # What is caught up may begin at any time, and leaves its place to what has to begin now.
        for claim in sorted(self._slots.open(self.host.name), key=lambda c: c.errand.start_by is None):
            # One of our own that is not among ours: the store was lost just when we took it.
            if claim.state == "running" and claim.drill not in {d.claim.drill for d in self._drills}:
                others += not self._take_over(claim, takes)
            elif claim.state == "claimed" and takes:
                self._begin(claim)
        return others

    # --- starting -----------------------------------------------------------------------------------------------

    def _begin(self, claim: Claim) -> None:
        halted = self.host.state.halted
        if claim.errand.is_late(self.clock.now()):
            self._could_not(claim, *self._what_hindered(halted))
        elif halted is None and len(self._drills) < self.at_once:
            drill = drill_of(claim.errand, self.root)
            if (lock := self.host.hold(drill)) is None:
                return
            with lock.unless_kept():
                if (taken := self._slots.take(claim, self.name, drill, self.clock.now())) is not None:
                    self._start(taken, lock)

    def _what_hindered(self, halted: str | None) -> tuple[str, str]:
        """Cause and sentence for a slot whose time ran out before it could begin here."""
        if halted is not None:
            return "halted", f"drills were halted on {self.host.name}: {halted}"
        if self._drills:
            return "busy", f"{', '.join(d.claim.drill for d in self._drills)} ran, and no more at once than {self.at_once}"
        return "down", f"no agent of {self.host.name} was there in time"

    def _start(self, claim: Claim, lock: DrillLock) -> None:
        try:
            arguments = drill_arguments(claim.errand, claim.drill, self.root)
            with self.host.log(claim.drill).open("ab") as log:
                process = subprocess.Popen(
                    [*self.program, *arguments], cwd=self.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True, pass_fds=(lock.number,),
                )  # fmt: skip
        except (NotAllowed, OSError) as error:
            self._slots.miss(claim, "refused", str(error), self.name, self.clock.now())
            lock.settle()
            return
        LOG.info("%s: started %s", claim.errand.key, claim.drill)
        lock.keep()
        self._drills.append(_Drill(claim, lock, process))

    def _take_over(self, claim: Claim, takes: bool) -> bool:
        """What another agent left. While it or its drill lives, the lock is held, and there is nothing to do: False."""
        if (lock := self.host.hold(claim.drill)) is None:
            return False
        with lock.unless_kept():
            mine = self._slots.adopt(claim, self.name, self.clock.now())
            if mine is None:
                return True
            began = Folder(self.root / "reports" / claim.drill).path.is_dir()
            if began or not takes or mine.errand.is_late(self.clock.now()):
                self._settle(mine, lock, None)
            else:
                LOG.info("%s: nothing had begun; starting again", claim.errand.key)
                self._start(mine, lock)
        return True

    # --- ending -------------------------------------------------------------------------------------------------

    def _settle(self, claim: Claim, lock: DrillLock, code: int | None) -> None:
        folder = Folder(self.root / "reports" / claim.drill)
        died = code is None or code < 0
        left = self.recover() if died else ""
        found = aftermath(folder, self.host.log(claim.drill), code, left)
        now = self.clock.now()
        if found.began:
            self._slots.end(claim, found.exit_code, found.why, now)
        elif died:
            self._could_not(claim, "down", "its process died before the drill began")
        else:
            self._slots.miss(claim, "refused", found.why, self.name, now)
        LOG.info("%s: %s", claim.errand.key, found.why or f"ended with code {found.exit_code}")
        lock.settle()

    def _could_not(self, claim: Claim, cause: str, why: str) -> None:
        if claim.errand.if_missed == "skip":
            self._slots.miss(claim, cause, why, self.name, self.clock.now())
        else:
            self._slots.ask(claim, cause, why, self.name, self.clock.now())

    def _end_drills(self) -> None:
        """As Ctrl-C would: each drill's supervisor puts back what it broke, and closes."""
        announced = {d.drill: d for d in self.host.state.running()}
        for drill in self._drills:
            if (known := announced.get(drill.claim.drill)) is not None:
                send_signal(known.pid, known.ticks, 15)
            elif drill.process.poll() is None:
                drill.process.terminate()

    def _end_others(self) -> None:
        """The same for drills of this host that other agents started. Raises Missing while the store is away."""
        own = {d.claim.drill for d in self._drills}
        announced = {d.drill: d for d in self.host.state.running() if d.drill not in own}
        for claim in self._slots.open(self.host.name):
            if claim.state == "running" and (known := announced.get(claim.drill)):
                send_signal(known.pid, known.ticks, 15)

    def _leave_untold(self) -> bool:
        """Go without having told the store how drills ended, if they are over: the next agent tells it from their folders."""
        if any(d.process.poll() is None for d in self._drills):
            return False
        for drill in self._drills:
            drill.lock.release()
            LOG.error("%s: ended, and the store is away; the next agent tells it", drill.claim.errand.key)
        return True

    def _give_sign_of_life(self) -> None:
        now = self.clock.boottime()
        if now - self._beaten >= BEAT_EVERY:
            self._beaten = now
            self._beat += 1
            self._agents.beat(self.name, self.host.name, self._beat, self.clock.now())
