"""What calendars and histories need to know of slots: the `SlotMemory` of `model/slot.py`, kept in the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from gameday.model.slot import Invitation, Seal, SlotRecord, TookPart
from gameday.store.database import Database
from gameday.store.rows import record_of
from gameday.store.tables import APPROVALS, INVITATIONS, SEALS, SLOTS

_PAST = ("claimed", "running", "ran")
"""States of slots whose people are in a drill, or were."""


class Memory:
    """Reads and keeps by key: writing twice is writing once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def records(self) -> Sequence[SlotRecord]:
        with self._database.reading() as connection:
            rows = connection.execute(select(SLOTS).order_by(SLOTS.c.moment, SLOTS.c.schedule)).mappings()
            return [record_of(row) for row in rows]

    def took_part(self, since: datetime) -> Sequence[TookPart]:
        c = SLOTS.c
        wanted = select(c.schedule, c.moment, c.roster).where(c.state.in_(_PAST), c.moment >= since).order_by(c.moment, c.schedule)
        with self._database.reading() as connection:
            return [TookPart(*row) for row in connection.execute(wanted)]

    def seals(self) -> Sequence[Seal]:
        with self._database.reading() as connection:
            rows = connection.execute(select(SEALS).order_by(SEALS.c.opens, SEALS.c.schedule, SEALS.c.turn)).mappings()
            in_force = {(row["schedule"], row["opens"]): Seal.model_validate(dict(row)) for row in rows}
        return list(in_force.values())

    def keep_seals(self, seals: Sequence[Seal]) -> Sequence[Seal]:
        if seals:
            with self._database.writing() as connection:
                self._database.insert(connection, SEALS, [seal.model_dump() for seal in seals])
        return self.seals()

    def invitations(self) -> Sequence[Invitation]:
        with self._database.reading() as connection:
            rows = connection.execute(select(INVITATIONS.c.said).order_by(INVITATIONS.c.feed, INVITATIONS.c.uid))
            return [Invitation.model_validate(said) for (said,) in rows]

    def keep_invitations(self, invitations: Sequence[Invitation]) -> None:
        with self._database.writing() as connection:
            for one in invitations:
                connection.execute(delete(INVITATIONS).where(INVITATIONS.c.feed == one.feed, INVITATIONS.c.uid == one.uid))
                row = {"feed": one.feed, "uid": one.uid, "said": one.model_dump(mode="json")}
                connection.execute(INVITATIONS.insert().values(row))

    def forget_invitations(self, before: datetime) -> None:
        # Their end stands inside; whoever publishes has read all of them anyway.
        over = [(one.feed, one.uid) for one in self.invitations() if one.ends < before]
        with self._database.writing() as connection:
            for feed, uid in over:
                connection.execute(delete(INVITATIONS).where(INVITATIONS.c.feed == feed, INVITATIONS.c.uid == uid))

    def approve(self, schedule: str, moment: datetime, by: str, now: datetime) -> bool:
        """Somebody says yes to a slot. False where they had already."""
        with self._database.writing() as connection:
            row = {"schedule": schedule, "moment": moment, "by": by, "at": now}
            return bool(self._database.insert(connection, APPROVALS, row))

    def approvals(self, schedule: str, moment: datetime) -> Sequence[tuple[str, datetime]]:
        """Who said yes to a slot, and when."""
        wanted = select(APPROVALS.c.by, APPROVALS.c.at).where(APPROVALS.c.schedule == schedule, APPROVALS.c.moment == moment)
        with self._database.reading() as connection:
            return [(by, at) for by, at in connection.execute(wanted)]
