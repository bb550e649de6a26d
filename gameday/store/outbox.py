"""Notices on their way: each is begun once in the whole store, and tried again where nobody said that it arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from gameday.store.database import Database
from gameday.store.tables import NOTICES

MOST_TRIES = 8


class Posting(NamedTuple):
    """One notice to one channel. `tries` is its fence: whoever raises it may send."""

    schedule: str
    moment: datetime
    kind: str
    channel: str
    tries: int

    @property
    def key(self) -> str:
        """The same at each try, so that a receiver knows a notice again."""
        return f"{self.schedule}@{self.moment:%Y-%m-%dT%H:%M:%SZ}/{self.kind}/{self.channel}"


class Outbox:
    """Begun, then sent or failed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, schedule: str, moment: datetime, kind: str, channel: str, now: datetime) -> Posting | None:
        """The right to send it; None where anybody began it before."""
        row = {"schedule": schedule, "moment": moment, "kind": kind, "channel": channel}
        with self._database.writing() as connection:
            new = self._database.insert(connection, NOTICES, row | {"state": "sending", "tries": 1, "at": now, "why": ""})
        return Posting(schedule, moment, kind, channel, 1) if new else None

    def announced(self, schedule: str, moment: datetime, channel: str) -> bool:
        """Whether a channel was told that this slot is to come, or begins."""
        c = NOTICES.c
        to_come = (c.kind == "start") | c.kind.startswith("before")
        wanted = select(c.kind).where(c.schedule == schedule, c.moment == moment, c.channel == channel, to_come)
        with self._database.reading() as connection:
            return connection.execute(wanted.limit(1)).first() is not None

    def begin_again(self, posting: Posting, now: datetime) -> Posting | None:
        """The right to one more try."""
        with self._database.writing() as connection:
            mine = update(NOTICES).where(*_is(posting)).values(state="sending", tries=posting.tries + 1, at=now)
            return posting._replace(tries=posting.tries + 1) if connection.execute(mine).rowcount == 1 else None

    def finish(self, posting: Posting, why: str, now: datetime) -> None:
        """It arrived, where `why` is empty."""
        state = "sent" if not why else "given_up" if posting.tries >= MOST_TRIES else "failed"
        with self._database.writing() as connection:
            connection.execute(update(NOTICES).where(*_is(posting)).values(state=state, at=now, why=why))

    def unfinished(self, since: datetime, before: datetime) -> Sequence[Posting]:
        """Those that failed, or whose sender was killed, and that were last touched between these moments."""
        c = NOTICES.c
        wanted = select(c.schedule, c.moment, c.kind, c.channel, c.tries).where(
            c.state.in_(("sending", "failed")), c.at >= since, c.at < before, c.tries < MOST_TRIES
        )
        with self._database.reading() as connection:
            return [Posting(*row) for row in connection.execute(wanted.order_by(c.at))]


def _is(posting: Posting) -> tuple[Any, ...]:
    c = NOTICES.c
    return (
        c.schedule == posting.schedule, c.moment == posting.moment, c.kind == posting.kind, c.channel == posting.channel, c.tries == posting.tries,
    )  # fmt: skip
