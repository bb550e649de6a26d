"""How a service is told to read its files again, as a scenario says it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from gameday.errors import InvalidInput
from gameday.model.undo import UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

Word = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Reload = Literal["HUP", "USR1", "USR2"] | Annotated[tuple[Word, ...], Field(min_length=1, max_length=20)]
"""A signal to the main process, or a command, word by word, that runs inside the target without a shell."""


def tell(reload: Reload | None, environment: Environment, target: Target) -> None:
    """Raises InvalidInput where its command fails."""
    if isinstance(reload, str):
        environment.act(target, reload)
    elif reload:
        ran = environment.run(target, *reload)
        if ran.code:
            raise InvalidInput(f"{' '.join(reload)} in {target.name} ended with code {ran.code}: {ran.output.strip()[-200:]}")


def reload_steps(reload: Reload | None, target: Target) -> tuple[UndoStep, ...]:
    """The same as undo; none where nobody is to be told."""
    if reload is None:
        return ()
    signal, command = (reload, "") if isinstance(reload, str) else ("", json.dumps(reload))
    return (UndoStep(verb="service_reload", arguments={"container": target.container, "signal": signal, "command": command}),)
