"""An environment that remembers what was asked of it."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.model.plan import Target
from gameday.model.probe import Reach

TARGET = Target(service="payments", container="c1", name="payments_1", project="p")
PLACE: dict[str, dict[str, str]] = {"pause": {"paused": "true"}, "kill": {"running": "false"}}


class Place:
    """One container, running, unless said otherwise."""

    name = "place"

    def __init__(self, paused: str = "false", running: str = "true") -> None:
        self._state = {"started_at": "t0", "paused": paused, "running": running}
        self.acts: list[tuple[str, str]] = []

    def reach(self) -> Reach:
        return Reach()

    def variables(self) -> Mapping[str, str]:
        return {}

    def target(self, service: str) -> Target:
        return TARGET

    def state(self, target: Target) -> Mapping[str, str]:
        return self._state

    def act(self, target: Target, verb: str) -> None:
        self.acts.append((verb, target.container))
