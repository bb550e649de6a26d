"""What faults of a Redis server share: it is asked from inside its own container, with the `redis-cli` that is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field

from gameday.errors import InvalidInput

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_:.{}/@-]{1,200}$", examples=["orders"])]
_ERROR = re.compile(r"\(?(error|ERR|NOAUTH|NOPERM|WRONGTYPE|MISCONF|OOM|LOADING|READONLY|BUSY|Could not connect)")


class Redis(NamedTuple):
    """A server in a target."""

    environment: Environment
    target: Target

    def ask(self, *words: str) -> str:
        """Its answer. Raises InvalidInput where it is an error, or asks for a password."""
        ran = self.environment.run(self.target, "redis-cli", *words)
        said = ran.output.strip()
        if ran.code or _ERROR.match(said):
            raise InvalidInput(f"{self.target.name} does not let redis-cli do {words[0]}: {said[-200:]}")
        return said

    def count(self, *words: str) -> int:
        said = self.ask(*words)
        if not said.isdecimal():
            raise InvalidInput(f"{self.target.name} answers {said[-200:]!r} where a number was asked for")
        return int(said)

    @property
    def arguments(self) -> dict[str, str]:
        """What an undo needs to ask it again."""
        return {"container": self.target.container}
