"""What was done to containers: restarts, stops, pauses, and whether it was us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from docker.errors import NotFound

from gameday import time_of_day
from gameday.clients.docker import Docker
from gameday.clients.docker_container import DockerEvent
from gameday.errors import Missing
from gameday.model.protocols import Sighting

TOLD = frozenset({
    "start", "stop", "restart", "kill", "die", "pause", "unpause", "update", "destroy", "create", "rename", "oom",
    "exec_start",
})  # fmt: skip
"""Actions that tell something. Health checks come as exec events twice a second and are left out by their text."""
ASKED_FOR = frozenset({"kill", "stop", "restart"})
"""What somebody asks the daemon for. A container that ends without one of these ended by itself."""
OVERLAP = 1.0
"""Seconds before the last look that are asked about again."""


class DockerEvents:
    """Asks the daemon for what happened since the last look; nothing is lost in between as long as it keeps up."""

    source = "docker"
    every = 0.5

    def __init__(
        self, docker: Docker, labels: Sequence[str], keep: Callable[[Any], dict[str, Any]],
        ours: Callable[[str, str, float], bool],
    ) -> None:  # fmt: skip
        """`ours(container, action, unix seconds)` says whether gameday itself did it."""
        self._docker, self._labels, self._keep, self._ours = docker, labels, keep, ours
        self._looked = time_of_day.now()
        self._since = self._looked.timestamp() + docker.ahead
        self._told: set[int] = set()
        self._lately: dict[str, set[str]] = {}
        """What happened to each container since its last start."""

    def look(self, see: Sighting) -> None:
        looked = time_of_day.now()
        until = looked.timestamp() + self._docker.ahead
        # Overlap: an event may carry a time stamp from before the moment at which the daemon can list it.
        # And its clock may have been set back since the last look, to before whatever was asked about then.
        for event in self._docker.events(self._labels, min(self._since, until) - OVERLAP, until):
            if event.nano not in self._told:
                self._told.add(event.nano)
                self._tell(see, event)
        self._looked, self._since = looked, until

    def _tell(self, see: Sighting, event: DockerEvent) -> None:
        if event.action not in TOLD or _is_health_check(event):
            return
        # A time stamp from before the daemon's clock was set says nothing on the one that it shows now.
        at = event.at if event.at > self._looked - 2 * timedelta(seconds=OVERLAP) else None
        ours = self._ours(event.container, event.action, (at or time_of_day.now()).timestamp())
        by_policy = not ours and self._by_restart_policy(event)
        see(
            "action.mutate", ("container", event.service or event.container[:12]), at=at,
            actor="gameday" if ours else "", actor_kind="injector" if ours else "system" if by_policy else "unknown",
            data={
                "action": event.action,
                "image": str(event.raw.get("Actor", {}).get("Attributes", {}).get("image", "")),
                "signal": str(event.raw.get("Actor", {}).get("Attributes", {}).get("signal", "")),
                "exit_code": str(event.raw.get("Actor", {}).get("Attributes", {}).get("exitCode", "")),
            },
            raw=self._keep(dict(event.raw)),
        )  # fmt: skip

    def _by_restart_policy(self, event: DockerEvent) -> bool:
        """Whether nobody did this: a start after an end that nobody asked for, where the container's policy is to start it again."""
        lately = self._lately.setdefault(event.container, set())
        if event.action != "start":
            lately.add(event.action)
            return False
        self._lately[event.container] = set()
        if "die" not in lately or lately & ASKED_FOR:
            return False
        try:
            return self._docker.inspect(event.container).restarts_itself
        except (NotFound, Missing):
            return False


def _is_health_check(event: DockerEvent) -> bool:
    return event.action.startswith("exec_")
