"""What concerns the host, not a workspace: which drill runs, and whether the lever is pulled.

Kept in the XDG state folder (`~/.local/state/gameday`, or `$XDG_STATE_HOME/gameday`).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_state_path

from gameday.errors import InvalidInput, Missing, Refused
from gameday.undo.processes import boot_id, is_alive, started_ticks


@dataclass(frozen=True)
class RunningDrill:
    """A drill that a process of this host conducts, or conducted when it died."""

    drill: str
    folder: str
    pid: int
    ticks: str
    boot: str
    project: str

    @property
    def alive(self) -> bool:
        return self.boot == boot_id() and is_alive(self.pid, self.ticks)


class HostState:
    """Files in the state folder. Every change is one atomic rename."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_state_path("gameday")

    @property
    def _drills(self) -> Path:
        return self.folder / "drills"

    def announce(self, drill: str, folder: Path, project: str) -> None:
        """Say that this process conducts a drill, so that others find it and can recover it."""
        me = RunningDrill(drill, str(folder), os.getpid(), started_ticks(os.getpid()), boot_id(), project)
        self._make(self._drills)
        temporary = self._drills / f".{drill}.{os.getpid()}"
        temporary.write_text(json.dumps(asdict(me)))
        temporary.rename(self._drills / f"{drill}.json")

    def withdraw(self, drill: str) -> None:
        """The drill is over and nothing of it is left."""
        (self._drills / f"{drill}.json").unlink(missing_ok=True)

    def announced(self) -> list[RunningDrill]:
        """Every drill that was announced and not withdrawn: running ones, and those whose process died.

        Raises Missing where that cannot be known.
        """
        found = []
        try:
            names = sorted(os.listdir(self._drills))  # noqa: PTH208  # a glob finds nothing where it may not look
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unreadable(error) from error
        for path in (self._drills / n for n in names if n.endswith(".json") and not n.startswith(".")):
            with contextlib.suppress(ValueError, TypeError, OSError, RecursionError):
                found.append(RunningDrill(**json.loads(path.read_text())))
        return found

    def running(self) -> list[RunningDrill]:
        """None where that cannot be known: whoever ends drills must go on with those that it knows of itself."""
        try:
            return [d for d in self.announced() if d.alive]
        except Missing:
            return []

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> Missing:
        why = (error.strerror or "unknown error").lower()
        return Missing(
            f"this host's records of drills, {self.folder}, cannot be read: {why}; set XDG_STATE_HOME to a folder of yours, or HOME"
        )

    def meant(self, wanted: str | None = None) -> RunningDrill:
        """The drill that a responder's words are for: the running one, or the one named in GAMEDAY_DRILL."""
        running = self.running()
        chosen = [d for d in running if wanted is None or d.drill.startswith(wanted)]
        if len(chosen) == 1:
            return chosen[0]
        if not running:
            raise InvalidInput("no drill is running on this host; start one with `gameday run SCENARIO`")
        names = ", ".join(d.drill for d in running)
        if not chosen:
            raise InvalidInput(f"no drill {wanted!r} is running; there is {names}")
        raise InvalidInput(f"several drills are running ({names}); set GAMEDAY_DRILL to the one you mean")

    @contextlib.contextmanager
    def exclusive(self, project: str) -> Iterator[None]:
        """Hold the only right to drill in one project of this host. Raises Refused where somebody has it."""
        self._make(self.folder)
        lock = os.open(self.folder / f"{project}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                names = ", ".join(d.drill for d in self.running() if d.project == project) or "another process"
                raise Refused(f"{names} is drilling in {project} already; wait for it, or stop it with `gameday halt`") from None
            yield
        finally:
            os.close(lock)

    @property
    def _lever(self) -> Path:
        return self.folder / "halted"

    def halt(self, reason: str) -> None:
        """Pull the lever: running drills stop, new ones are refused, until `resume`."""
        self._make(self.folder)
        temporary = self.folder / f".halted.{os.getpid()}"
        temporary.write_text(reason)
        temporary.rename(self._lever)

    def resume(self) -> bool:
        """Put the lever back. Says whether it was pulled."""
        was = self._lever.exists()
        try:
            self._lever.unlink(missing_ok=True)
        except OSError as error:
            raise self._unreadable(error) from error
        return was

    @property
    def halted(self) -> str | None:
        """Why the lever is pulled, or None. Raises Missing where that cannot be known."""
        try:
            return self._lever.read_text() or "no reason was given"
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error) from error
