"""Freeze a container.

What it does: Every process of the container stops where it is (cgroup freezer). Connections stay open and nothing
    answers: clients see time-outs, not refusals.
The incident it stands for: A dependency that hangs: a stuck garbage collection, an exhausted pool, a third party that
    accepts connections and says nothing.
Undo: `container_unpause`, verified by reading the container's state back. Already running again counts as done.
Blast radius: One container. What waits for it without a time-out waits until the undo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class ContainerPause(Noun):
    """`fault: container_pause` has no fields of its own."""

    name: ClassVar[str] = "container_pause"
    deeds: ClassVar[Deeds] = Deeds(injecting=("pause",), undoing=("unpause",))

    def prepare(self, environment: Environment, target: Target) -> Undo:
        return Undo.of(target, environment.state(target), UndoStep(verb="container_unpause", arguments={"container": target.container}))

    def inject(self, environment: Environment, target: Target) -> None:
        environment.act(target, "pause")

    def is_live(self, environment: Environment, target: Target) -> bool:
        return environment.state(target)["paused"] == "true"
