"""Let a PostgreSQL standby fall behind.

What it does: Without `delay` the standby stops replaying (`pg_wal_replay_pause`): it answers, with data that grow older.
    With `delay` it replays each commit so much later (`recovery_min_apply_delay`). Either way it goes on receiving, so no
    commit is lost, and a promotion works. Acts on the container of the standby, with the `psql` that is in it.
The incident it stands for: A replica that cannot keep up: a long query on it, a slow disk, a busy link. Readers see the past.
Undo: `postgres_replay_resume`, or `postgres_setting_restore` to what ALTER SYSTEM had written before; verified by asking. A
    restart or a promotion ends a pause by itself.
Blast radius: Whoever reads from this standby; commits too, where the primary waits for them to be applied there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import Refused
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.postgres import DatabaseName, Postgres, RoleName
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

SETTING = "recovery_min_apply_delay"
PAUSED = "select case when pg_is_in_recovery() then pg_get_wal_replay_pause_state() else 'promoted' end"
MILLISECONDS = "select extract(epoch from current_setting('recovery_min_apply_delay')::interval) * 1000"


class ReplicaLag(Noun):
    """`{fault: replica_lag, target: db-replica, delay: 30s}`."""

    name: ClassVar[str] = "replica_lag"
    deeds: ClassVar[Deeds] = Deeds()

    delay: Annotated[Duration, Field(ge=timedelta(milliseconds=100), le=timedelta(hours=24), examples=["30s"])] | None = None
    """How much later it applies each commit; without it, it applies none."""
    user: RoleName = "postgres"
    """An administrator, who connects from inside the container without a password."""
    database: DatabaseName = "postgres"
    """A database that `user` may connect to."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, server = environment.state(target), self._server(environment, target)
        match server.ask(PAUSED):
            case "promoted":
                raise Refused(f"{target.name} is no standby, and nothing is replayed there; name the standby")
            case "not paused":
                pass
            case other:
                raise Refused(
                    f"replay on {target.name} is {other} already, by somebody else; resume it first: select pg_wal_replay_resume()"
                )
        if self.delay is None:
            return Undo.of(target, before, UndoStep(verb="postgres_replay_resume", arguments=server.arguments))
        from gameday.undo.postgres_setting_restore import IN_EFFECT, SET_THERE

        there, now = (server.ask(query.format(f"'{SETTING}'")) for query in (SET_THERE, IN_EFFECT))
        arguments = {**server.arguments, "setting": SETTING, "there": there, "before": now}
        return Undo.of(target, before, UndoStep(verb="postgres_setting_restore", arguments=arguments), delay=now)

    def inject(self, environment: Environment, target: Target) -> None:
        server = self._server(environment, target)
        if self.delay is None:
            server.ask("select pg_wal_replay_pause()")
        else:
            server.ask(f"alter system set {SETTING} = {self._milliseconds}")
            server.ask("select pg_reload_conf()")

    def is_live(self, environment: Environment, target: Target) -> bool:
        server = self._server(environment, target)
        if self.delay is None:
            return server.ask(PAUSED) == "paused"
        return float(server.ask(MILLISECONDS)) == self._milliseconds

    @property
    def _milliseconds(self) -> int:
        return round(self.delay.total_seconds() * 1000) if self.delay else 0

    def _server(self, environment: Environment, target: Target) -> Postgres:
        return Postgres(environment, target, self.user, self.database)
