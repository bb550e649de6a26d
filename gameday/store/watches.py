"""How far servers have looked, and which agents live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from gameday.model.claim import AgentBeat
from gameday.store.database import Database
from gameday.store.tables import AGENTS, WATCHES


class Watches:
    """Up to when each schedule was looked at. It only ever moves forward, and only over moments whose slots have a row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def until(self, first_seen: Mapping[str, datetime], rules: Mapping[str, str]) -> Mapping[str, datetime]:
        """For each schedule, up to when it was looked at; one that is new, or has another rule now, counts from `first_seen` at the earliest."""
        c = WATCHES.c
        with self._database.writing() as connection:
            if first_seen:
                new = [{"schedule": s, "until": t, "rule": rules[s]} for s, t in first_seen.items()]
                self._database.insert(connection, WATCHES, new)
            known = {name: (until, rule) for name, until, rule in connection.execute(select(c.schedule, c.until, c.rule))}
            found = {}
            for name, since in first_seen.items():
                until, rule = known[name]
                # The slots between are those of a rule that nobody knows any more.
                found[name] = max(until, since) if rule is not None and rule != rules[name] else until
                if rule != rules[name]:
                    connection.execute(update(WATCHES).where(c.schedule == name).values(until=found[name], rule=rules[name]))
        return found

    def forget_others(self, schedules: Iterable[str]) -> None:
        """All but these are gone: one that comes back by such a name is new, and missed nothing meanwhile."""
        with self._database.writing() as connection:
            known = set(connection.execute(select(WATCHES.c.schedule)).scalars())
            for name in known - set(schedules):
                connection.execute(delete(WATCHES).where(WATCHES.c.schedule == name))

    def advance(self, schedules: Sequence[str], until: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(update(WATCHES).where(WATCHES.c.schedule.in_(schedules), WATCHES.c.until < until).values(until=until))


class Agents:
    """Signs of life."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, agent: str, host: str, beat: int, now: datetime) -> None:
        with self._database.writing() as connection:
            row = {"agent": agent, "host": host, "beat": beat, "at": now}
            if not self._database.insert(connection, AGENTS, row):
                connection.execute(update(AGENTS).where(AGENTS.c.agent == agent).values(beat=beat, at=now))

    def leave(self, agent: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(AGENTS).where(AGENTS.c.agent == agent))

    def all(self) -> Sequence[AgentBeat]:
        with self._database.reading() as connection:
            return [AgentBeat(*row) for row in connection.execute(select(AGENTS.c.agent, AGENTS.c.host, AGENTS.c.beat))]
