"""Let processes that were stopped by a signal go on."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from pathlib import Path

from gameday.undo.docker_host import DockerHost, NotDone
from gameday.undo.processes import look_at, send_signal

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
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and container in _cgroups(entry):
            state, ticks = look_at(int(entry.name))
            found += [(int(entry.name), ticks)] if state == "T" else []
    return found


def _cgroups(entry: Path) -> str:
    try:
        return (entry / "cgroup").read_text()
    except OSError:
        return ""  # it has just ended
