"""Take a service's login away.

What it does: PostgreSQL: the role `role` may not log in any more (NOLOGIN). Redis: the user is turned off. Passwords and
    rights stay as they are, so nothing secret is read. With `sessions: ended` its open sessions are ended too, so that
    pools must log in again. Acts on the container of the server, with the `psql` or `redis-cli` that is in it.
The incident it stands for: A credential that was rotated in one place only, or revoked as unused.
Undo: `postgres_role_restore` or `redis_user_restore`: it may log in again, verified by asking. Ended sessions stay ended.
Blast radius: Every client that uses this login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from gameday.errors import InvalidInput, Refused
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.postgres import DatabaseName, Postgres, RoleName
from gameday.model.redis import Redis
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

MAY = "select rolcanlogin from pg_roles where rolname = '{}'"
END = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '{}'"


class CredentialRevoked(Noun):
    """`{fault: credential_revoked, target: db, role: shop}`."""

    name: ClassVar[str] = "credential_revoked"
    deeds: ClassVar[Deeds] = Deeds()

    role: RoleName
    """The role of PostgreSQL, or the user of Redis, that a service logs in as."""
    server: Literal["postgres", "redis"] = "postgres"
    """What the target is."""
    sessions: Literal["ended", "kept"] = "ended"
    """What happens to its open sessions: `kept` ones go on until their client needs a new one."""
    user: RoleName = "postgres"
    """PostgreSQL only: an administrator, who connects from inside the container without a password."""
    database: DatabaseName = "postgres"
    """PostgreSQL only: a database that `user` may connect to."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, may = environment.state(target), self._may_log_in(environment, target)
        if may is None:
            raise InvalidInput(f"{target.name} knows no {self._kind} {self.role}")
        if not may:
            raise Refused(f"the {self._kind} {self.role} of {target.name} may not log in already, so there is nothing to revoke")
        if self.role == self._administrator(environment, target):
            raise Refused(f"{self.role} is whom gameday itself logs in to {target.name} as, and could not give the login back")
        if self.server == "redis":
            step = UndoStep(verb="redis_user_restore", arguments={**Redis(environment, target).arguments, "user": self.role})
        else:
            step = UndoStep(verb="postgres_role_restore", arguments={**self._postgres(environment, target).arguments, "role": self.role})
        return Undo.of(target, before, step)

    def inject(self, environment: Environment, target: Target) -> None:
        ended = self.sessions == "ended"
        if self.server == "redis":
            redis = Redis(environment, target)
            redis.ask("acl", "setuser", self.role, "off")
            if ended:
                redis.ask("client", "kill", "user", self.role)
        else:
            postgres = self._postgres(environment, target)
            postgres.ask(f'alter role "{self.role}" nologin')
            if ended:
                postgres.ask(END.format(self.role))

    def is_live(self, environment: Environment, target: Target) -> bool:
        return self._may_log_in(environment, target) is False

    def _may_log_in(self, environment: Environment, target: Target) -> bool | None:
        """None where there is no such login."""
        if self.server == "redis":
            users = map(str.split, Redis(environment, target).ask("acl", "list").splitlines())
            return next((words[2] == "on" for words in users if words[:2] == ["user", self.role]), None)
        return {"t": True, "f": False}.get(self._postgres(environment, target).ask(MAY.format(self.role)))

    def _administrator(self, environment: Environment, target: Target) -> str:
        return Redis(environment, target).ask("acl", "whoami") if self.server == "redis" else self.user

    @property
    def _kind(self) -> str:
        return "user" if self.server == "redis" else "role"

    def _postgres(self, environment: Environment, target: Target) -> Postgres:
        return Postgres(environment, target, self.user, self.database)
