"""What becomes of slots: planned → claimed → running → ran | missed, each step one transaction that only one can win.

record   no row → missed, withheld, waiting          an occasion that is not run, or not yet
claim    no row → claimed                            a server takes it, for an agent of a host
catch_up waiting → claimed                           the same, for a slot that was missed
take     claimed → running                           an agent of that host takes it, and says under which id it will drill
adopt    running → running                           another agent, after the first one died
move     claimed → claimed                           another host, after the first one fell silent
end      running → ran                               miss: claimed, running (nothing began), waiting → missed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from gameday.model.claim import Claim, Errand, EventKind, SlotEvent
from gameday.model.slot import SlotRecord
from gameday.store.database import Database
from gameday.store.rows import claim_of, record_of, row_of
from gameday.store.tables import SLOT_EVENTS, SLOTS

OPEN = ("waiting", "claimed", "running")


class Slots:
    """The slots of a store. `now` is the caller's clock; it is written down and never compared."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- taking -------------------------------------------------------------------------------------------------

    def claim(self, errand: Errand, host: str, server: str, now: datetime, why: str = "") -> bool:
        """Take a slot that nobody has. Says whether it is ours; False where anybody was first."""
        row = row_of(errand) | {"state": "claimed", "host": host, "server": server, "fence": 1, "why": why}
        with self._database.writing() as connection:
            if not self._database.insert(connection, SLOTS, row):
                return False
            _tell(connection, errand, "claimed", server, f"for {host}{': ' if why else ''}{why}", 1, now)
            return True

    def record(self, errand: Errand, state: str, cause: str | None, why: str, who: str, now: datetime) -> bool:
        """Write down an occasion that is `missed`, `withheld` or `waiting`. False where it has a row already."""
        row = row_of(errand) | {"state": state, "cause": cause, "why": why, "server": who, "ended": None if state == "waiting" else now}
        with self._database.writing() as connection:
            if not self._database.insert(connection, SLOTS, row):
                return False
            kind: Any = state
            _tell(connection, errand, kind, who, why, 0, now)
            return True

    def take(self, claim: Claim, agent: str, drill: str, now: datetime) -> Claim | None:
        """Begin: from here on the slot never runs under another id. None where the claim is not valid any more."""
        values = {"state": "running", "agent": agent, "drill": drill, "started": now}
        return self._change(claim, "claimed", values, "taken", agent, f"as {drill}", now)

    def adopt(self, claim: Claim, agent: str, now: datetime) -> Claim | None:
        """Go on with what an agent left that died."""
        return self._change(claim, "running", {"agent": agent}, "adopted", agent, f"{claim.agent} died", now)

    def move(self, claim: Claim, host: str, server: str, now: datetime) -> Claim | None:
        """Take a claim whose host fell silent before a drill began."""
        why = f"{claim.host} is silent; now for {host}"
        return self._change(claim, "claimed", {"host": host, "server": server}, "moved", server, why, now)

    def catch_up(
        self, claim: Claim, host: str, server: str, now: datetime, why: str, roster: Mapping[str, Sequence[str]], ends: datetime
    ) -> Claim | None:
        """Take a slot that waited, however late it is, with those whose turn it is now, who are kept until another time."""
        values: dict[str, Any] = {"state": "claimed", "cause": None, "host": host, "server": server, "start_by": None, "why": why}
        values |= {"roster": {role: list(people) for role, people in roster.items()}, "ends": ends}
        return self._change(claim, "waiting", values, "claimed", server, f"for {host}: {why}", now)

    def answer(self, claim: Claim, run: bool, who: str, now: datetime) -> bool:
        """What somebody says of a slot that waits: a server runs it as soon as may be, or it is taken out."""
        why = f"{who} said: {'run it' if run else 'leave it out'}"
        values = {"if_missed": "catch_up", "why": why} if run else {"state": "cancelled", "why": why, "ended": now}
        return self._change(claim, "waiting", values, "answered" if run else "cancelled", who, why, now) is not None

    # --- ending -------------------------------------------------------------------------------------------------

    def end(self, claim: Claim, exit_code: int | None, why: str, now: datetime) -> bool:
        """A drill began and ended."""
        values = {"state": "ran", "exit_code": exit_code, "why": why, "ended": now}
        said = f"{claim.drill} ended{'' if exit_code is None else f' with code {exit_code}'}{': ' if why else ''}{why}"
        return self._change(claim, "running", values, "ran", claim.agent or claim.server, said, now) is not None

    def miss(self, claim: Claim, cause: str, why: str, who: str, now: datetime) -> bool:
        """No drill began. From any open state."""
        values = {"state": "missed", "cause": cause, "why": why, "ended": now, "drill": None, "started": None}
        return self._change(claim, claim.state, values, "missed", who, why, now) is not None

    def ask(self, claim: Claim, cause: str, why: str, who: str, now: datetime) -> bool:
        """Nobody could run it in time, nothing began, and somebody has to say what becomes of it."""
        values = {"state": "waiting", "cause": cause, "why": why, "drill": None, "started": None}
        return self._change(claim, claim.state, values, "waiting", who, why, now) is not None

    def note_silence(self, claim: Claim, who: str, now: datetime) -> bool:
        """Once: the host on which a drill runs does not answer. It is not run again; its own agent still tells how it ended."""
        why = f"{claim.host} has been silent while {claim.drill} ran there; it is not run again elsewhere"
        with self._database.writing() as connection:
            done = connection.execute(update(SLOTS).where(*_is(claim, "running"), SLOTS.c.why != why).values(why=why))
            if done.rowcount:
                _tell(connection, claim.errand, "silent", who, why, claim.fence, now)
            return bool(done.rowcount)

    def _change(self, claim: Claim, state: str, values: dict[str, Any], kind: EventKind, who: str, why: str, now: datetime) -> Claim | None:
        with self._database.writing() as connection:
            done = connection.execute(update(SLOTS).where(*_is(claim, state)).values(fence=claim.fence + 1, **values))
            if done.rowcount != 1:
                return None
            _tell(connection, claim.errand, kind, who, why, claim.fence + 1, now)
        return claim.model_copy(update={"fence": claim.fence + 1} | {name: values[name] for name in values if name in Claim.model_fields})

    # --- reading ------------------------------------------------------------------------------------------------

    def open(self, host: str | None = None) -> Sequence[Claim]:
        """Slots that are not settled, oldest first; of one host only, where it is named."""
        wanted = select(SLOTS).where(SLOTS.c.state.in_(OPEN)).order_by(SLOTS.c.moment, SLOTS.c.schedule)
        if host is not None:
            wanted = wanted.where(SLOTS.c.host == host)
        with self._database.reading() as connection:
            return [claim_of(row) for row in connection.execute(wanted).mappings()]

    def told(self, schedule: str, moment: datetime) -> tuple[Errand, SlotRecord] | None:
        """What a slot was to run, and what became of it."""
        wanted = select(SLOTS).where(SLOTS.c.schedule == schedule, SLOTS.c.moment == moment)
        with self._database.reading() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else (claim_of(row).errand, record_of(row))

    def counts(self) -> Sequence[tuple[str, str, int]]:
        """How many slots there are of each state and cause."""
        c = SLOTS.c
        with self._database.reading() as connection:
            rows = connection.execute(select(c.state, c.cause, func.count()).group_by(c.state, c.cause))
            return [(state, cause or "", number) for state, cause, number in rows]

    def last_event_before(self, moment: datetime) -> int:
        """The number of the last event older than a moment; 0 where there is none."""
        with self._database.reading() as connection:
            return connection.execute(select(func.max(SLOT_EVENTS.c.seq)).where(SLOT_EVENTS.c.at < moment)).scalar() or 0

    def events(self, after: int = 0) -> Sequence[SlotEvent]:
        """What happened, in order, after an event of this number."""
        c = SLOT_EVENTS.c
        wanted = select(c.seq, c.schedule, c.moment, c.at, c.kind, c.who, c.why).where(c.seq > after).order_by(c.seq)
        with self._database.reading() as connection:
            return [SlotEvent(*row) for row in connection.execute(wanted)]


def _is(claim: Claim, state: str) -> tuple[Any, ...]:
    e = claim.errand
    return (SLOTS.c.schedule == e.schedule, SLOTS.c.moment == e.moment, SLOTS.c.state == state, SLOTS.c.fence == claim.fence)


def _tell(connection: Connection, errand: Errand, kind: EventKind, who: str, why: str, fence: int, now: datetime) -> None:
    row = {"schedule": errand.schedule, "moment": errand.moment, "at": now, "kind": kind, "who": who, "why": why, "fence": fence}
    connection.execute(SLOT_EVENTS.insert().values(row))
