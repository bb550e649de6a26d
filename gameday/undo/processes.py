"""Process identity and the ending of process groups, safe against reused numbers."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path


def started_ticks(pid: int) -> str:
    """When a process started, in the kernel's ticks since boot; empty where there is no such process."""
    state, ticks = look_at(pid)
    return "" if state in ("", "Z", "X") else ticks


def look_at(pid: int) -> tuple[str, str]:
    """The kernel's letter for its state, and its start in ticks since boot; both empty where there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "", ""
    # The command name may hold spaces and brackets; fields are counted from behind its last bracket.
    fields = stat.rpartition(")")[2].split()
    return fields[0], fields[19]


def processes_inside(container: str) -> Iterator[tuple[int, str, str]]:
    """Number, state and start of each process of a container, found by its control group."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and container in _control_groups(entry):
            state, ticks = look_at(int(entry.name))
            if state not in ("", "Z", "X"):
                yield int(entry.name), state, ticks


def _control_groups(entry: Path) -> str:
    try:
        return (entry / "cgroup").read_text()
    except OSError:
        return ""  # it has just ended


def send_signal(pid: int, ticks: str, number: int) -> bool:
    """Send a signal to this very process: its number may have been given to another. Says whether it was there."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if not is_alive(pid, ticks):
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def is_alive(pid: int, ticks: str) -> bool:
    """Whether this very process still runs: same number, same start."""
    return bool(ticks) and started_ticks(pid) == ticks


def kill_group(pid: int, ticks: str) -> bool:
    """SIGKILL the process group that `pid` leads, if it is still the same process, and what is left of its session.

    Those outlive a leader that died first, and while one of them lives the kernel gives its number to nobody else. Says
    whether the leader was there.
    """
    there = is_alive(pid, ticks)
    if there:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    if ticks and look_at(pid)[1] in ("", ticks):
        for number, started in _session_of(pid):
            if int(started) >= int(ticks):
                with contextlib.suppress(PermissionError):
                    send_signal(number, started, signal.SIGKILL)
    return there


def _session_of(leader: int) -> Iterator[tuple[int, str]]:
    """Number and start of each living process in a session."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == leader and fields[0] not in ("Z", "X"):
                    yield int(entry.name), fields[19]
