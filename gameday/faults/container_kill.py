"""Kill a container's main process, and keep it down.

What it does: SIGKILL to the container. Docker counts that as stopped by hand, so no restart policy brings it back.
The incident it stands for: A crashed instance that nothing restarts: a host that died, a deployment that was scaled away.
Undo: `container_start`, verified by reading the container's state back. Already running again counts as done.
Blast radius: One container. Its memory and open connections are lost; its volumes stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class ContainerKill(Noun):
    """`fault: container_kill` has no fields of its own."""

    name: ClassVar[str] = "container_kill"
    deeds: ClassVar[Deeds] = Deeds(injecting=("kill", "die"), undoing=("start",))

    def prepare(self, environment: Environment, target: Target) -> Undo:
        return Undo.of(target, environment.state(target), UndoStep(verb="container_start", arguments={"container": target.container}))

    def inject(self, environment: Environment, target: Target) -> None:
        environment.act(target, "kill")

    def is_live(self, environment: Environment, target: Target) -> bool:
        return environment.state(target)["running"] == "false"
