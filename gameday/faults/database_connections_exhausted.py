"""Take every free connection of a PostgreSQL server.

What it does: Opens as many idle sessions as the server has free connections, but for those it reserves for administrators.
    They end by themselves after `at_most`. Acts on the container of the server, with the `psql` that is in it.
The incident it stands for: A pool without bounds, a deployment that doubled the replicas: "sorry, too many clients already".
Undo: `marked_processes_kill` and `postgres_sessions_end`: exactly these sessions, found by their application name.
Blast radius: Whatever needs a new connection to this server; connections that are open go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gameday.errors import Refused
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.injection import GRACE, USUAL_CEILING
from gameday.model.noun import Noun
from gameday.model.postgres import DatabaseName, Postgres, RoleName
from gameday.model.undo import Undo

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

MOST = 300
"""Connections. Each session costs the server a process; a pool of thousands would take the host's memory with it."""
TAKE = "i=%d; while [ $i -gt 0 ]; do i=$((i-1)); PGAPPNAME=%s psql -XAtq -U %s -d %s -c 'select pg_sleep(%d)' > /dev/null 2>&1 & done; wait"
FREE = (
    "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - count(*) "
    "from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
)
OURS = "select count(*) from pg_stat_activity where application_name = '{}'"


class DatabaseConnectionsExhausted(Noun):
    """`{fault: database_connections_exhausted, target: db, database: shop}`."""

    name: ClassVar[str] = "database_connections_exhausted"
    deeds: ClassVar[Deeds] = Deeds()

    database: DatabaseName = "postgres"
    """A database that `user` may connect to; the connections of a server are shared by all of its databases."""
    user: RoleName = "postgres"
    """An administrator, who connects from inside the container without a password: others could not end it again."""
    at_most: Duration = USUAL_CEILING
    """The same as its injection's."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, server = environment.state(target), self._server(environment, target)
        free = server.count(FREE)
        if free > MOST:
            raise Refused(
                f"{target.name} has {free} free connections, more than the {MOST} that this fault takes; lower `max_connections` there"
            )
        if not server.count("select usesuper::int from pg_user where usename = current_user"):
            raise Refused(f"{self.user} is no administrator of {target.name}, so nobody could get in to end this; name one in `user`")
        return Undo.of(target, before, *server.sessions_end(target.marker(self.name)))

    def inject(self, environment: Environment, target: Target) -> None:
        marker, seconds = target.marker(self.name), round((self.at_most + GRACE).total_seconds())
        free = self._server(environment, target).count(FREE)
        environment.start(target, TAKE % (free, marker, self.user, self.database, seconds), marker)

    def is_live(self, environment: Environment, target: Target) -> bool:
        server = self._server(environment, target)
        return server.count(OURS.format(target.marker(self.name))) > 0 and server.count(FREE) <= 0

    def _server(self, environment: Environment, target: Target) -> Postgres:
        return Postgres(environment, target, self.user, self.database)
