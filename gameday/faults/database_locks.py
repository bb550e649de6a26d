"""Lock a table of a PostgreSQL database.

What it does: A session takes an exclusive lock on `table` and keeps it: every query on it waits, readers too. It ends by itself
    after `at_most`. Acts on the container of the server, with the `psql` that is in it.
The incident it stands for: A migration in the middle of the day, a transaction that somebody left open.
Undo: `marked_processes_kill` and `postgres_sessions_end`: exactly this session, found by its application name.
Blast radius: Whatever uses the table; and, as queries pile up, whatever shares their connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import InvalidInput
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.injection import GRACE, USUAL_CEILING
from gameday.model.noun import Noun
from gameday.model.postgres import DatabaseName, Postgres, RoleName
from gameday.model.undo import Undo

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

LOCK = "PGAPPNAME=%s psql -XAtq -U %s -d %s -c 'begin; lock table %s in access exclusive mode; select pg_sleep(%d)'"
LOCKED = (
    "select count(*) from pg_locks join pg_stat_activity using (pid) "
    "where application_name = '{}' and mode = 'AccessExclusiveLock' and granted and relation = '{}'::regclass"
)


class DatabaseLocks(Noun):
    """`{fault: database_locks, target: db, database: shop, table: orders}`."""

    name: ClassVar[str] = "database_locks"
    deeds: ClassVar[Deeds] = Deeds()

    database: DatabaseName
    """The database that holds the table."""
    table: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$", examples=["orders"])]
    """The table to lock, with its schema where needed."""
    user: RoleName = "postgres"
    """A user who may lock it and connects from inside the container without a password."""
    at_most: Duration = USUAL_CEILING
    """The same as its injection's."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before = environment.state(target)
        server = self._server(environment, target)
        if server.ask(f"select to_regclass('{self.table}') is not null") != "t":
            raise InvalidInput(f"the database {self.database} of {target.name} has no table {self.table}")
        return Undo.of(target, before, *server.sessions_end(target.marker(self.name)))

    def inject(self, environment: Environment, target: Target) -> None:
        marker, seconds = target.marker(self.name), round((self.at_most + GRACE).total_seconds())
        environment.start(target, LOCK % (marker, self.user, self.database, self.table, seconds), marker)

    def is_live(self, environment: Environment, target: Target) -> bool:
        return self._server(environment, target).ask(LOCKED.format(target.marker(self.name), self.table)) not in ("", "0")

    def _server(self, environment: Environment, target: Target) -> Postgres:
        return Postgres(environment, target, self.user, self.database)
