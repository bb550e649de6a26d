"""`python -m gameday.guard LEDGER PARENT LEASE`: started and ready before the first fault.

It reads lines on its standard input: `renew` extends the lease; `bye` ends the guard if nothing is open. End of input,
the death of PARENT, a lease that ran out, or a fault that outlives its own longest time, however lively the drill, make it act: kill the drill's processes first (a worker that outlived its
supervisor was seen to go on injecting), then undo whatever is open.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path

from gameday.undo.docker_host import DockerHost, host_of
from gameday.undo.ledger import Ledger
from gameday.undo.processes import kill_group
from gameday.undo.put_back import put_back
from gameday.undo.target_lock import free_locks

OVERDUE = 30.0
"""Seconds past its longest time after which the guard ends a fault that the drill itself did not."""


def main(arguments: list[str]) -> int:
    ledger = Ledger(Path(arguments[0]))
    parent, lease = int(arguments[1]), float(arguments[2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    host = host_of(ledger)
    with contextlib.suppress(Exception):  # the daemon may be away; the guard's readiness does not hang on it
        host.connect()
    os.write(1, b"ready\n")
    why = _watch(parent, lease, Ceilings(ledger))
    if why == "bye" and not ledger.read().open:
        return 0
    return _act(ledger, host, why)


class Ceilings:
    """How long each fault may live at most, as its ledger line says. The drill's own loop is quicker, unless it is broken."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._size, self._ends = ledger, 0, dict[str, float]()

    def outlived(self) -> bool:
        """Whether a fault is open past its end. The ledger is read where it grew, and before a verdict."""
        now, size = _now(), self._ledger.size
        if size != self._size or any(now > end for end in self._ends.values()):
            self._size = size
            page = self._ledger.read()
            longest = {str(line.get("fault")): float(line.get("ends_within_seconds", 0)) for line in page.of("intended")}
            self._ends = {f.id: self._ends.get(f.id, now + longest[f.id] + OVERDUE) for f in page.open}
        return any(now > end for end in self._ends.values())


def _watch(parent: int, lease: float, ceilings: Ceilings) -> str:
    """Wait until the drill says goodbye, dies, stops renewing, or lets a fault live too long. Says which."""
    handle = _pidfd(parent)
    if handle is None:
        return "parent died"
    os.set_blocking(0, False)
    poller = select.poll()
    poller.register(0, select.POLLIN | select.POLLHUP)
    poller.register(handle, select.POLLIN)
    renewed = _now()
    while True:
        events = dict(poller.poll(200))
        if handle in events:
            return "parent died"
        if 0 in events:
            said = os.read(0, 65536)
            if not said:
                return "parent died"
            if b"bye" in said:
                return "bye"
            renewed = _now()
        if _now() - renewed > lease:
            return "lease ran out"
        if ceilings.outlived():
            return "a fault outlived its longest time"


def _act(ledger: Ledger, host: DockerHost, why: str) -> int:
    ledger.append_if_possible("taken_over", by="guard", why=why)
    for line in ledger.read().of("process"):
        kill_group(int(line["pid"]), str(line["ticks"]))
    # Ten minutes is longer than any daemon restart; after that `gameday recover` is what is left.
    if any(result.left for result in put_back(ledger, "guard", host, patience=600)):
        return 4
    with contextlib.suppress(Exception):  # whoever wants the target next frees a dead drill's lock
        free_locks(host, ledger)
    return 0


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _now() -> float:
    """Seconds on a clock that goes on in suspend and never jumps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
