"""Kill the processes that a fault left inside a container, and no others."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone
from gameday.undo.marker import counting, killing

PATIENCE = 2.0
"""Seconds for killed processes to be gone."""


def marked_processes_kill(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Kill them, then count until none is left. They end with their container: where that does not run, nothing is left."""
    container, marker = arguments["container"], arguments["marker"]
    now = host.state(container)
    if not now.running:
        return "was ended with its container"
    if now.paused:
        raise NotDone(f"{container[:12]} is paused, and nothing can be ended inside")
    if not int(host.run(container, killing(marker)) or 0):
        return "was ended"
    deadline = time.monotonic() + PATIENCE
    while left := int(host.run(container, counting(marker)) or 0):
        if time.monotonic() > deadline:
            raise NotDone(f"{left} of its processes do not end")
        time.sleep(0.02)
    return "its processes were killed"


def by_hand(arguments: Mapping[str, str]) -> str:
    return f"docker exec {arguments['container'][:12]} pkill -9 -f gameday.fault={arguments['marker']}"
