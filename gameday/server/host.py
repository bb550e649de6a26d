"""This host, as slots know it: its name, whether an agent is here, and locks that outlive whoever began a drill.

Kept beside the host's state, since that is where a drill is found again: whoever has this folder can recover what it names.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

from gameday.bundle.host_state import HostState
from gameday.errors import Missing
from gameday.store.rights import make_folder, open_kept

_KEPT = 7 * 86_400
"""Seconds that what a dead agent left is kept; far longer than a slot waits for another agent."""


class Host:
    """A name made once, and files under `agent/` in the state folder."""

    def __init__(self, state: HostState) -> None:
        self.state = state
        self._folder = state.folder / "agent"
        try:
            make_folder(self._folder)
            self.name = _name(self._folder / "host")
        except OSError as error:
            raise Missing(f"{self._folder} cannot be written: {error.strerror}; change its owner, or set XDG_STATE_HOME") from error

    def log(self, drill: str) -> Path:
        """Where what `gameday run` says goes, until the drill is settled."""
        return self._folder / f"{drill}.log"

    def hold(self, drill: str) -> DrillLock | None:
        """The right to start a drill and to say what became of it. None while whoever has it, or the drill itself, lives."""
        lock = open_kept(self._folder / f"{drill}.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return DrillLock(lock, self._folder / f"{drill}.lock", self.log(drill))

    def clear(self, now: float) -> None:
        """Take away what agents left that were killed just after a drill was settled: logs and locks that nobody has, a week old.

        `now` is seconds since 1970, as files have it.
        """
        for path in self._folder.glob("*.lock"):
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > _KEPT and (lock := self.hold(path.stem)) is not None:
                    lock.settle()

    def enter(self) -> Presence:
        """Be an agent of this host, until the process ends or leaves."""
        held = self._presence()
        fcntl.flock(held, fcntl.LOCK_SH)
        return Presence(held)

    def has_agent(self) -> bool:
        """Whether any agent of this host takes slots now."""
        held = self._presence()
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(held)
        return False

    def _presence(self) -> int:
        return open_kept(self._folder / "present")


class DrillLock:
    """Held by the agent and handed to the drill's process: free only when both are gone, however they went."""

    def __init__(self, number: int, path: Path, log: Path) -> None:
        self.number = number
        self._path, self._log, self._kept = path, log, False

    def keep(self) -> None:
        """It is held on, beyond the block that began with `unless_kept`."""
        self._kept = True

    @contextlib.contextmanager
    def unless_kept(self) -> Iterator[None]:
        """Released at the end of the block, whatever happens in it, unless somebody keeps it."""
        try:
            yield
        finally:
            if not self._kept:
                self.release()

    def settle(self) -> None:
        """What became of the drill is in the store: nothing here is needed any more."""
        with contextlib.suppress(OSError):
            self._log.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        if self.number >= 0:
            os.close(self.number)
        self.number = -1


class Presence:
    """That an agent is here."""

    def __init__(self, number: int) -> None:
        self._number = number

    def leave(self) -> None:
        if self._number >= 0:
            os.close(self._number)
        self._number = -1


def _name(path: Path) -> str:
    if not path.exists():
        temporary = path.with_name(f".host.{os.getpid()}")
        with os.fdopen(open_kept(temporary), "w") as file:
            file.write(f"{socket.gethostname()[:60]}-{secrets.token_hex(2)}")
        # Another may make it at the same moment: the first one stays.
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
        temporary.unlink()
    return path.read_text().strip()
