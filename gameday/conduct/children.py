"""The drill's child processes: the guard and the worker. Each in its own session; each known to the ledger."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from gameday.bundle.folder import Folder
from gameday.errors import Missing
from gameday.undo.ledger import Ledger
from gameday.undo.processes import kill_group, started_ticks

LEASE = 10.0
"""Seconds without a sign of life after which the guard takes over."""
RENEW_EVERY = 1.0


class Guard:
    """The watcher. Ready before the first fault; told that we live; dismissed at the end."""

    def __init__(self, ledger: Path, lease: float = LEASE) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gameday.guard", str(ledger), str(os.getpid()), str(lease)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
        )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    def await_ready(self, within: float = 15.0) -> None:
        """Raises Missing: without a second watcher nothing may be broken."""
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], within)
        if not readable or self._process.stdout.readline() != b"ready\n":
            self._process.kill()
            raise Missing("the guard process did not get ready, so nothing may be broken; needs Linux and Python 3.11")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def renew(self) -> None:
        self._tell(b"renew\n")

    def dismiss(self, within: float = 5.0) -> None:
        """Everything is put back: the guard may go. It goes by itself, too, when its input ends."""
        self._tell(b"bye\n")
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _tell(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()


class Worker:
    """The process that runs Chaos Toolkit. Started early, so that its start takes no processor time from what is watched later."""

    def __init__(self, folder: Folder, root: Path, ledger: Ledger) -> None:
        with (folder.evidence / "worker.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gameday.conduct.worker", str(folder.path), str(root)],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, cwd=root,
            )  # fmt: skip
        self._ticks = record_process(ledger, "worker", self._process.pid)

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def begin(self, steady_at: float) -> None:
        """Run the experiment. Offsets count from `steady_at`, in seconds since boot."""
        self._order(f"begin {steady_at!r}")

    def release(self, why: str, faults: Collection[str]) -> None:
        """End the holds of these faults; their undo follows, and what is planned for later goes on."""
        self._order(f"release {why} {' '.join(faults)}")

    def _order(self, line: str) -> None:
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def trigger(self, fault: str) -> None:
        """What this fault waits for has happened."""
        self._order(f"trigger {fault}")

    def stop_early(self) -> None:
        """Straight to the rollbacks. Only once: a second signal would cut the rollbacks short."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)

    def end(self, within: float) -> None:
        """Wait for it, then end its whole group. What it leaves undone is in the ledger."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        kill_group(self._process.pid, self._ticks)
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._process.wait(5)


def record_process(ledger: Ledger, role: str, pid: int) -> str:
    """Write a child down, so that guard and `gameday recover` can end it. Returns its start, in ticks."""
    ticks = started_ticks(pid)
    ledger.append("process", role=role, pid=pid, ticks=ticks)
    return ticks
