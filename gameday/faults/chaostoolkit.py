"""Call a function of any Chaos Toolkit extension.

What it does: Calls `func` of `module` with `arguments`, as Chaos Toolkit would, in a process of its own that has `timeout`
    to end. The module must be allowed under `[chaostoolkit] modules` in gameday.toml and installed beside gameday.
The incident it stands for: Whatever an extension can break that no other fault here can: an instance of a cloud, a pod, a
    broker. `target` is the service that it hits.
Undo: `extension_call`: the function that `undo` names, called with its own arguments, maybe more than once. There is no
    fault without one. Where `live` names a function that answers true while the fault is in effect, that is asked
    before and after; where it does not, effect and undo rest on the functions' own word, and the drill says so.
Blast radius: Whatever the function reaches; the opt-in label guards the target only. Read its manual.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, JsonValue

from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

# What calls functions is loaded where it is used: `check` reads the keys of all faults, and must be quick.


class Call(Noun):
    """A function and what it is called with."""

    module: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", examples=["chaosk8s.pod.actions"])]
    """The module, as an experiment names it."""
    func: Annotated[str, Field(pattern=r"^[A-Za-z]\w*$", examples=["terminate_pods"])]
    """The function in it."""
    arguments: Mapping[str, JsonValue] = Field(default_factory=dict)
    """What it is called with. No secrets: this is written into the plan."""
    secrets_from: Mapping[str, Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]] = Field(default_factory=dict)
    """The function's `secrets`: for each the environment variable that holds it."""
    timeout: Duration = timedelta(seconds=30)
    """How long the call may take; then its process is ended, and the fault undone."""

    @property
    def wanted(self) -> dict[str, Any]:
        """As `gameday.undo.extension` takes it."""
        parts: dict[str, Any] = self.model_dump(mode="json", include={"module", "func", "arguments", "secrets_from"})
        return {**parts, "timeout": self.timeout.total_seconds()}


class Chaostoolkit(Call):
    """`{fault: chaostoolkit, target: shop, module: …, func: …, arguments: {…}, undo: {module: …, func: …}}`."""

    name: ClassVar[str] = "chaostoolkit"
    deeds: ClassVar[Deeds] = Deeds()

    undo: Call
    """What puts it back: a function, too. It may be called twice."""
    live: Call | None = None
    """A function that answers true while the fault is in effect."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Every module that it runs code of."""
        return tuple(dict.fromkeys(c.module for c in (self, self.undo, self.live) if c))

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before = environment.state(target)
        calls = {"undo": self.undo, **({"live": self.live} if self.live else {})}
        return Undo(
            target=target.service,
            # Functions beside the workspace's files are found from its root, where the worker runs.
            identity={"container": target.container, "started_at": before["started_at"], "folder": str(Path.cwd())},
            before=before,
            steps=(UndoStep(verb="extension_call", arguments={k: json.dumps(c.wanted, sort_keys=True) for k, c in calls.items()}),),
        )

    def inject(self, environment: Environment, target: Target) -> None:
        from gameday.undo.extension import call

        call(self.wanted)

    def is_live(self, environment: Environment, target: Target) -> bool:
        from gameday.undo.extension import CallFailed, call

        try:
            return self.live is None or bool(call(self.live.wanted))
        except CallFailed:  # who cannot look has not seen it
            return False
