"""What was done to containers: restarts, stops, pauses, and whether it was us."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from gameday.clients.docker import Docker
from gameday.clients.docker_container import DockerEvent
from gameday.model.protocols import Sighting

TOLD = frozenset({
    "start", "stop", "restart", "kill", "die", "pause", "unpause", "update", "destroy", "create", "rename", "oom",
    "exec_start",
})  # fmt: skip
"""Actions that tell something. Health checks come as exec events twice a second and are left out by their text."""
OWN_WINDOW = 2.0
"""Seconds around one of our own deeds in which the same action on the same container is taken to be ours."""


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
        self._since = time.time()
        self._last = 0

    def look(self, see: Sighting) -> None:
        until = time.time()
        for event in self._docker.events(self._labels, self._since, until):
            if event.nano > self._last:
                self._last = event.nano
                self._tell(see, event)
        # Overlap: an event may carry a time stamp from before the moment at which the daemon can list it.
        self._since = until - 1.0

    def _tell(self, see: Sighting, event: DockerEvent) -> None:
        if event.action not in TOLD or _is_health_check(event):
            return
        ours = self._ours(event.container, event.action, event.at.timestamp())
        see(
            "action.mutate", ("container", event.service or event.container[:12]), at=event.at,
            actor="gameday" if ours else "", actor_kind="injector" if ours else "unknown",
            data={
                "action": event.action,
                "signal": str(event.raw.get("Actor", {}).get("Attributes", {}).get("signal", "")),
                "exit_code": str(event.raw.get("Actor", {}).get("Attributes", {}).get("exitCode", "")),
            },
            raw=self._keep(dict(event.raw)),
        )  # fmt: skip


def _is_health_check(event: DockerEvent) -> bool:
    return event.action.startswith("exec_")
