"""What the store forgets: how slots came to be what they are, and what was told. What became of each slot stays for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select

from gameday.store.database import Database
from gameday.store.tables import AGENTS, NOTICES, SLOT_EVENTS


def forget(database: Database, before: datetime) -> int:
    """Take out each step of a slot, each notice and each agent that is older than a moment. Says how many rows that were.

    Slots themselves are what `gameday schedule history`, the programme and rotation count on; seals and approvals prove
    what was promised. None of them is touched.
    """
    with database.writing() as connection:
        # The newest step stays: SQLite would give its number again, and whoever reads on from it would miss the next.
        newest = select(func.max(SLOT_EVENTS.c.seq)).scalar_subquery()
        steps = connection.execute(delete(SLOT_EVENTS).where(SLOT_EVENTS.c.at < before, SLOT_EVENTS.c.seq < newest))
        notices = connection.execute(delete(NOTICES).where(NOTICES.c.at < before))
        agents = connection.execute(delete(AGENTS).where(AGENTS.c.at < before))
        return steps.rowcount + notices.rowcount + agents.rowcount
