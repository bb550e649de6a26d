"""The scheduler: keeps the agenda fresh, takes slots when they are due, and takes over what a silent host left."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gameday.conduct.clock import Clock
from gameday.errors import GamedayError
from gameday.model.claim import Claim
from gameday.model.slot import Slot
from gameday.schedule.agenda import Agenda
from gameday.server.host import Host
from gameday.server.planning import Planning, errand_of
from gameday.server.silence import Silence
from gameday.store.database import Database
from gameday.store.memory import Memory
from gameday.store.retention import forget
from gameday.store.slots import Slots
from gameday.store.watches import Agents

READ_EVERY = 2.0
"""Seconds between looks at the files of schedules."""
READS_AT_ONCE = 0.2
"""Seconds that a tick waits for files to be read. Reading thousands takes longer, and no due slot waits for that."""
DRAW_AHEAD = timedelta(days=92)
DRAW_EVERY = 600.0
OPEN_EVERY = 1.0
FORGET_EVERY = 3_600.0
LOG = logging.getLogger("gameday.server")


class Source(Protocol):
    """The files that schedules are written in."""

    def changed(self) -> bool:
        """Whether anything is new since `read` was last called."""
        ...

    def read(self) -> tuple[Agenda, Mapping[str, datetime]]:
        """The agenda without seals, and since when each schedule's file is there. Raises InvalidInput."""
        ...


@dataclass
class Scheduler:
    """One server. `tick` is called a few times a second; whatever it raises, the next one goes on where this one was."""

    database: Database
    host: Host
    server: str
    source: Source
    clock: Clock = field(default_factory=Clock)
    salt: Callable[[], str] = lambda: secrets.token_hex(16)
    silence: Silence = field(default_factory=Silence)
    keep: timedelta = timedelta(days=400)
    """How long the store remembers what is no history."""
    trouble: str = ""
    """Why the files of schedules cannot be read; those read before stay in force."""
    _read: float = float("-inf")
    _drawn: float = float("-inf")
    _asked: float = float("-inf")
    _reading: Future[tuple[Agenda, Mapping[str, datetime]]] | None = None
    _forgot: float = float("-inf")
    _began: bool = False
    _stale: bool = True
    """What is written is not in force yet, perhaps since the store was away when it was read."""

    def __post_init__(self) -> None:
        self._reader = ThreadPoolExecutor(1, "schedules")
        self.planning = Planning(self.database, self.host, self.server)
        self._slots, self._memory, self._agents = Slots(self.database), Memory(self.database), Agents(self.database)

    @property
    def agenda(self) -> Agenda:
        return self.planning.agenda

    def tick(self) -> None:
        """Raises Missing while the store is away."""
        now, seconds = self.clock.now(), self.clock.boottime()
        can_run = self.host.has_agent()
        if seconds - self._read >= READ_EVERY or self._reading is not None:
            self.refresh()
        self.planning.look(now, can_run)
        if seconds - self._asked >= OPEN_EVERY:
            self.silence.listen(self._agents.all(), seconds)
            for claim in self._slots.open():
                self._look_at(claim, now, seconds, can_run)
            self._asked = seconds
        if seconds - self._forgot >= FORGET_EVERY:
            if rows := forget(self.database, now - self.keep):
                LOG.info("the store forgot %s rows from before %s", rows, f"{now - self.keep:%Y-%m-%d}")
            self._forgot = seconds

    def refresh(self) -> None:
        """Read what changed; draw the moments of surprises; use both. The first time it raises InvalidInput for bad files.

        Later it goes on without what takes long to read, and uses it at the tick that finds it read.
        """
        now, seconds = self.clock.now(), self.clock.boottime()
        self._read = seconds
        self._stale = self._stale or self.source.changed() or seconds - self._drawn >= DRAW_EVERY
        if not self._stale:
            return
        if self._reading is None:
            self._reading = self._reader.submit(self.source.read)
        reading = self._reading
        if self._began and not wait([reading], READS_AT_ONCE).done:
            return
        self._reading = None
        try:
            agenda, first_seen = reading.result()
            self.trouble = ""
        except GamedayError as error:
            if str(error) != self.trouble:
                LOG.error("schedules cannot be read, those from before stay in force: %s", error)
            self.trouble = str(error)
            if not self._began:
                raise
            self._stale = False
            return
        agenda = agenda.with_seals(self._memory.seals())
        drawn = agenda.draw(now, now + DRAW_AHEAD, self.salt)
        agenda = agenda.with_seals(self._memory.keep_seals(drawn.seals))
        for withheld in drawn.without_room:
            schedule = agenda.schedules[withheld.schedule]
            slot = Slot(schedule=withheld.schedule, moment=withheld.moment, ends=withheld.moment + schedule.length)
            self._slots.record(errand_of(schedule, slot), "withheld", withheld.by, withheld.why, self.server, now)
        self.planning.use(agenda, first_seen)
        self._drawn, self._began, self._stale = seconds, True, False

    def _look_at(self, claim: Claim, now: datetime, seconds: float, can_run: bool) -> None:
        """A slot that is not settled: does it wait for something, and does whoever has it still live?"""
        if claim.state == "waiting":
            self.planning.look_at_waiting(claim, now, can_run)
        elif not self.silence.is_silent(claim.host, seconds):
            return
        elif claim.state == "running":
            if self._slots.note_silence(claim, self.server, now):
                LOG.error("%s: %s is silent while %s runs there", claim.errand.key, claim.host, claim.drill)
        elif claim.errand.is_late(now):
            self.planning.too_late(claim, now)
        elif can_run and claim.host != self.host.name and self._slots.move(claim, self.host.name, self.server, now):
            LOG.warning("%s: taken over from %s, which is silent", claim.errand.key, claim.host)
