"""Take Alertmanager away.

What it does: SIGTERM to Alertmanager's container, and SIGKILL five seconds later to what has not ended. Prometheus goes on
    judging its rules, and nobody is told. No restart policy brings it back.
The incident it stands for: Alertmanager is down when it is needed, and nothing fires to say so: only a heartbeat that
    stops coming, to somebody who waits for it, can.
Undo: `container_start`, verified by reading the container's state back. Silences and what was sent already are on its disk
    from the orderly end. Prometheus sends what still fires again.
Blast radius: Every page of everybody whose alerts go through it. Needs `allow_monitoring_faults` in `gameday.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class AlertmanagerDown(Noun):
    """`{fault: alertmanager_down, target: alertmanager}`: no fields of its own."""

    name: ClassVar[str] = "alertmanager_down"
    deeds: ClassVar[Deeds] = Deeds(injecting=("kill", "die", "stop"), undoing=("start",))

    def prepare(self, environment: Environment, target: Target) -> Undo:
        return Undo.of(target, environment.state(target), UndoStep(verb="container_start", arguments={"container": target.container}))

    def inject(self, environment: Environment, target: Target) -> None:
        environment.act(target, "stop")

    def is_live(self, environment: Environment, target: Target) -> bool:
        return environment.state(target)["running"] == "false"
