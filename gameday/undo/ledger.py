"""The ledger: the only truth about faults. One JSON line for every intent, deed and undo, synced before it counts.

Anybody who holds the file can put everything back: the worker, the supervisor, the guard, and `gameday recover`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gameday import time_of_day

State = Literal["intended", "armed", "undoing", "undone", "lost", "undo_failed"]
LineKind = Literal[
    "drill", "locked", "process", "intended", "armed", "undoing", "undone", "lost", "undo_failed", "taken_over", "checked", "closed"
]

TERMINAL = ("undone", "lost")


class LedgerUnwritable(Exception):
    """The line did not reach the disk. Nothing may be broken on the strength of it."""


class Fenced(Exception):
    """Somebody took the drill over (its lease had run out). Its old owner may not break anything more."""


@dataclass
class OpenFault:
    """A fault as its ledger lines tell it."""

    id: str
    fault: str
    target: str
    undo: Mapping[str, Any]
    state: State
    intended_at: str
    armed_at: str = ""
    docker: Mapping[str, str] = field(default_factory=dict)
    """Where the Docker daemon is that runs the target; empty in ledgers of older versions."""
    undoing_at: str = ""
    ended_at: str = ""
    by: str = ""
    detail: str = ""

    @property
    def ended(self) -> bool:
        return self.state in TERMINAL


@dataclass(frozen=True)
class LedgerPage:
    """Everything that could be read: whole lines, and how many were not whole."""

    lines: tuple[Mapping[str, Any], ...]
    damaged: int = 0
    faults: tuple[OpenFault, ...] = field(default=())

    @property
    def open(self) -> tuple[OpenFault, ...]:
        """Faults that may be in effect, newest first: the order in which to undo them."""
        return tuple(f for f in reversed(self.faults) if not f.ended)

    @property
    def docker(self) -> Mapping[str, str]:
        """Where the Docker daemon is that the drill acts on, as its first line or an intent tells."""
        return next((line["docker"] for line in self.lines if isinstance(line.get("docker"), dict)), {})

    def of(self, kind: LineKind) -> tuple[Mapping[str, Any], ...]:
        return tuple(line for line in self.lines if line.get("kind") == kind)


class Ledger:
    """An append-only file. Keeps its own descriptors open, so that a removed or locked folder cannot hide a fault."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        os.close(self._file)

    def append(self, kind: LineKind, *, patience: float = 5.0, **fields: Any) -> None:
        """Write one line and sync it. Raises LedgerUnwritable if it is not on disk when this returns."""
        with self._locked(patience) as held:
            if not held:
                raise LedgerUnwritable(f"{self.path} is locked by another process")
            self._write(kind, fields)

    def intend(self, **fields: Any) -> None:
        """Record a fault before it is injected. Raises Fenced if the drill was taken over meanwhile, or is closed."""
        with self._locked(5.0) as held:
            if not held:
                raise LedgerUnwritable(f"{self.path} is locked by another process")
            page = self.read()
            if page.of("taken_over"):
                raise Fenced("the drill was taken over; nothing more may be injected")
            if page.of("closed"):
                raise Fenced("the drill is over; nothing more may be injected")
            self._write("intended", fields)

    def append_if_possible(self, kind: LineKind, **fields: Any) -> bool:
        """For undoing, which must go on without disk and without the lock: says whether the line was written."""
        try:
            with self._locked(0.5):
                self._write(kind, fields)
        except LedgerUnwritable:
            return False
        return True

    def read(self) -> LedgerPage:
        """Every whole line; a torn one is counted and skipped."""
        return _parse(os.pread(self._file, self.size, 0))

    @property
    def size(self) -> int:
        return os.fstat(self._file).st_size

    def _write(self, kind: LineKind, fields: Mapping[str, Any]) -> None:
        line = json.dumps({"ts": _now(), "kind": kind, **fields}, separators=(",", ":")) + "\n"
        # A line torn by a crash must not swallow ours.
        prefix = "" if self._ends_whole() else "\n"
        data = (prefix + line).encode()
        try:
            if os.write(self._file, data) != len(data):
                # A disk that fills up takes the beginning of a line and calls that success.
                raise OSError(errno.ENOSPC, "no space left on the disk")
            os.fsync(self._file)
        except OSError as error:
            reason = "no space left on the disk" if error.errno == errno.ENOSPC else error.strerror
            raise LedgerUnwritable(f"{self.path}: {reason}") from error

    def _ends_whole(self) -> bool:
        size = self.size
        return size == 0 or os.pread(self._file, 1, size - 1) == b"\n"

    @contextlib.contextmanager
    def _locked(self, patience: float) -> Iterator[bool]:
        deadline = time.monotonic() + patience
        held = False
        while not held:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = True
            except BlockingIOError:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.01)
        try:
            yield held
        finally:
            if held:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def read_ledger(path: Path) -> LedgerPage:
    """Read a ledger that nobody needs to write. A missing file is an empty page."""
    try:
        return _parse(path.read_bytes())
    except FileNotFoundError:
        return LedgerPage(())


def _parse(data: bytes) -> LedgerPage:
    lines: list[dict[str, Any]] = []
    damaged = 0
    for line in data.decode("utf-8", "replace").split("\n"):
        if not line:
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            lines.append(value)
        else:
            damaged += 1
    return LedgerPage(tuple(lines), damaged, _faults(lines))


def _faults(lines: list[dict[str, Any]]) -> tuple[OpenFault, ...]:
    known: dict[str, OpenFault] = {}
    for line in lines:
        kind, fault_id = line.get("kind"), line.get("fault")
        if kind == "intended" and isinstance(fault_id, str):
            known[fault_id] = OpenFault(
                id=fault_id,
                fault=str(line.get("name", "")),
                target=str(line.get("target", "")),
                undo=line.get("undo", {}),
                state="intended",
                intended_at=str(line.get("ts", "")),
                docker=line.get("docker") or {},
            )
        elif fault_id in known and kind in ("armed", "undoing", "undone", "lost", "undo_failed"):
            _advance(known[fault_id], line)
    return tuple(known.values())


def _advance(fault: OpenFault, line: Mapping[str, Any]) -> None:
    if fault.ended:
        return  # an undo may run twice; the first that was verified counts
    fault.state = line["kind"]
    fault.by = str(line.get("by", fault.by))
    fault.detail = str(line.get("detail", fault.detail))
    if fault.state == "armed":
        fault.armed_at = str(line.get("ts", ""))
    elif fault.state == "undoing":
        fault.undoing_at = str(line.get("ts", ""))
    elif fault.ended:
        fault.ended_at = str(line.get("ts", ""))


def _now() -> str:
    return time_of_day.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
