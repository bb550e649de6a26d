"""What faults of a PostgreSQL server share: the server is asked from inside its own container, with the `psql` that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field

from gameday.errors import InvalidInput
from gameday.model.undo import UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

DatabaseName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$", examples=["shop"])]
RoleName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,62}$")]


class Postgres(NamedTuple):
    """A server in a target, and who asks which database."""

    environment: Environment
    target: Target
    user: str
    database: str

    def ask(self, query: str) -> str:
        """Its answer without spaces around it. Raises InvalidInput where it gives none."""
        said = self.environment.run(self.target, "psql", "-XAtq", "-U", self.user, "-d", self.database, "-c", query)
        if said.code:
            raise InvalidInput(
                f"{self.target.name} does not let {self.user} ask the database {self.database}: {said.output.strip()[-200:]}"
            )
        return said.output.strip()

    def count(self, query: str) -> int:
        """An answer that is a whole number."""
        said = self.ask(query)
        if not said.lstrip("-").isdecimal():
            raise InvalidInput(f"{self.target.name} answers {said[-200:]!r} where a number was asked for")
        return int(said)

    @property
    def arguments(self) -> dict[str, str]:
        """What an undo needs to ask it again."""
        return {"container": self.target.container, "user": self.user, "database": self.database}

    def sessions_end(self, marker: str) -> tuple[UndoStep, UndoStep]:
        """End what was started under this marker, and the sessions that carry its name in the server."""
        return (
            UndoStep(verb="marked_processes_kill", arguments={"container": self.target.container, "marker": marker}),
            UndoStep(verb="postgres_sessions_end", arguments={**self.arguments, "marker": marker}),
        )
