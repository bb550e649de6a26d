"""Take every free connection of a PostgreSQL server.

What it does: Opens as many idle sessions as the server has free connections, but for those it reserves for administrators.
    They end by themselves after `at_most`. Acts on the container of the server, with the `psql` that is in it.
The incident it stands for: A pool without bounds, a deployment that doubled the replicas: "sorry, too many clients already".
Undo: `marked_processes_kill` and `postgres_sessions_end`: exactly these sessions, found by their application name.
Blast radius: Whatever needs a new connection to this server; connections that are open go on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import InvalidInput, Refused
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.injection import USUAL_CEILING
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

GRACE = timedelta(seconds=10)
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

    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$", examples=["shop"])] = "postgres"
    """A database that `user` may connect to; the connections of a server are shared by all of its databases."""
    user: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,62}$")] = "postgres"
    """An administrator, who connects from inside the container without a password: others could not end it again."""
    at_most: Duration = USUAL_CEILING
    """The same as its injection's."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, free = environment.state(target), self._ask(environment, target, FREE)
        if free > MOST:
            raise Refused(
                f"{target.name} has {free} free connections, more than the {MOST} that this fault takes; lower `max_connections` there"
            )
        if not self._ask(environment, target, "select usesuper::int from pg_user where usename = current_user"):
            raise Refused(f"{self.user} is no administrator of {target.name}, so nobody could get in to end this; name one in `user`")
        container = {"container": target.container, "marker": self._marker(target)}
        return Undo(
            target=target.service,
            identity={"container": target.container, "started_at": before["started_at"]},
            before=before,
            steps=(
                UndoStep(verb="marked_processes_kill", arguments=container),
                UndoStep(verb="postgres_sessions_end", arguments={**container, "user": self.user, "database": self.database}),
            ),
        )

    def inject(self, environment: Environment, target: Target) -> None:
        marker, seconds = self._marker(target), round((self.at_most + GRACE).total_seconds())
        free = self._ask(environment, target, FREE)
        environment.start(target, TAKE % (free, marker, self.user, self.database, seconds), marker)

    def is_live(self, environment: Environment, target: Target) -> bool:
        taken = self._ask(environment, target, OURS.format(self._marker(target)))
        return taken > 0 and self._ask(environment, target, FREE) <= 0

    def _ask(self, environment: Environment, target: Target, query: str) -> int:
        said = environment.run(target, "psql", "-XAtq", "-U", self.user, "-d", self.database, "-c", query)
        if said.code or not said.output.strip().lstrip("-").isdecimal():
            raise InvalidInput(f"{target.name} does not let {self.user} ask the database {self.database}: {said.output.strip()[-200:]}")
        return int(said.output)

    def _marker(self, target: Target) -> str:
        return f"{self.name}.{target.container[:12]}"
