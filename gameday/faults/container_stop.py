"""Stop a container in an orderly way, and keep it down.

What it does: SIGTERM, and SIGKILL five seconds later to what has not ended. No restart policy brings it back.
The incident it stands for: An instance that was drained, scaled away or stopped by mistake; it can say goodbye first.
Undo: `container_start`, verified by reading the container's state back. Already running again counts as done.
    Where gameday was killed in mid-stop, the container is watched until the stop can have taken effect.
Blast radius: One container. Its memory is lost; its volumes stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


LANDS_WITHIN = "7"
"""Seconds after which a stop that was asked for has ended the container for certain: Docker's daemon goes on with it when its caller is killed."""


class ContainerStop(Noun):
    """`fault: container_stop` has no fields of its own."""

    name: ClassVar[str] = "container_stop"
    deeds: ClassVar[Deeds] = Deeds(injecting=("kill", "die", "stop"), undoing=("start",))

    def prepare(self, environment: Environment, target: Target) -> Undo:
        arguments = {"container": target.container, "lands_within": LANDS_WITHIN}
        return Undo.of(target, environment.state(target), UndoStep(verb="container_start", arguments=arguments))

    def inject(self, environment: Environment, target: Target) -> None:
        environment.act(target, "stop")

    def is_live(self, environment: Environment, target: Target) -> bool:
        return environment.state(target)["running"] == "false"
