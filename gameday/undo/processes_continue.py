"""Let processes that were stopped by a signal go on."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone
from gameday.undo.processes import processes_inside, send_signal

PATIENCE = 1.0
"""Seconds for a process to leave the kernel's stopped state."""


def processes_continue(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """SIGCONT to every process of the container that is stopped, until none is."""
    container = arguments["container"]
    now = host.state(container)
    if not now.running or now.started_at != identity.get("started_at"):
        return "was ended with its container's old processes"
    if not stopped_inside(container):
        return "was not stopped"
    deadline = time.monotonic() + PATIENCE
    while left := stopped_inside(container):
        if time.monotonic() > deadline:
            raise NotDone(f"{len(left)} of its processes are still stopped")
        for pid, ticks in left:
            send_signal(pid, ticks, signal.SIGCONT)
        time.sleep(0.01)
    return "its processes go on"


def by_hand(arguments: Mapping[str, str]) -> str:
    return f"kill -CONT $(docker top {arguments['container'][:12]} -eo pid | tail -n +2)"


def stopped_inside(container: str) -> list[tuple[int, str]]:
    """Number and start of the container's processes that a signal has stopped, as the kernel tells it."""
    return [(number, ticks) for number, state, ticks in processes_inside(container) if state == "T"]
