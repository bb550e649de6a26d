"""`timeline.jsonl`: written by one process, append-only, hash-chained, synced line by line."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gameday import time_of_day
from gameday.bundle.ids import event_id
from gameday.errors import Missing
from gameday.model.event import Event, Kind
from gameday.model.timeline import Timeline

GENESIS = "0" * 64
"""`prev` of the first event."""


class TimelineFile:
    """The open timeline of a running drill. Threads may append; each line is on disk when `append` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._lock = threading.Lock()
        self._seq = 0
        self._head = GENESIS
        self._listeners: list[Callable[[Event], None]] = []
        self.lost = 0
        """Events that did not reach the disk (it was full); they are missing from the record."""

    def listen(self, hear: Callable[[Event], None]) -> None:
        """Let `hear` know of every event from now on, after it is on disk, in the thread that appended it."""
        self._listeners.append(hear)

    @property
    def head(self) -> str:
        return self._head

    @property
    def count(self) -> int:
        return self._seq

    def append(self, kind: Kind, source: str, subject: tuple[str, str], *, at: datetime | None = None, **more: Any) -> Event | None:
        """Write one event. `at` is when it happened (default: now). None when the disk refused the line."""
        event = self._append(kind, source, subject, at, more)
        if event is not None:
            for hear in self._listeners:
                hear(event)
        return event

    def _append(self, kind: Kind, source: str, subject: tuple[str, str], at: datetime | None, more: Mapping[str, Any]) -> Event | None:
        with self._lock:
            observed = time_of_day.now()
            fields = {
                "seq": self._seq + 1,
                "prev": self._head,
                "id": event_id(),
                "ts": _text(at or observed),
                "ts_kind": "occurred" if at else "observed",
                "observed": _text(observed),
                "source": source,
                "kind": kind,
                "subject": {"kind": subject[0], "name": subject[1]},
                **more,
            }
            line = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "backslashreplace")
            try:
                self._write(line)
            except OSError as error:
                self.lost += 1
                if self._seq == 0:
                    raise Missing(f"the timeline cannot be written: {error.strerror}") from error
                return None
            self._seq += 1
            self._head = hashlib.sha256(line).hexdigest()
            return Event.model_validate_json(line)

    def _write(self, line: bytes) -> None:
        size = os.fstat(self._file).st_size
        written = os.write(self._file, line + b"\n")
        if written != len(line) + 1:
            os.ftruncate(self._file, size)
            raise OSError(errno.ENOSPC, "no space left on the disk")
        os.fsync(self._file)

    def close(self) -> None:
        """Whatever comes after that is lost, also from a thread that hung until now."""
        with self._lock:
            os.close(self._file)
            self._file = -1


def read_timeline(path: Path) -> tuple[Timeline, str]:
    """Read events back, as far as the chain holds. Returns them with the hash of the last good line."""
    events: list[Event] = []
    head, damage = GENESIS, ""
    if path.exists() and not (path.is_file() or path.is_dir()):
        return Timeline((), "timeline.jsonl is no plain file"), head
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Timeline((), "timeline.jsonl is missing"), head
    except OSError as error:
        return Timeline((), f"timeline.jsonl cannot be read: {(error.strerror or '').lower()}"), head
    if lines == [b""]:
        return Timeline((), "timeline.jsonl is empty"), head
    if lines[-1] == b"":
        lines.pop()
    else:
        damage = f"timeline.jsonl ends in the middle of line {len(lines)}"
        lines.pop()
    for number, line in enumerate(lines, 1):
        try:
            event = Event.model_validate_json(line)
        except ValidationError:
            damage = f"timeline.jsonl:{number} is not an event"
            break
        if event.prev != head:
            damage = f"timeline.jsonl:{number}: the chain is broken: this does not follow from the line before it; it was altered or lines are missing"
            break
        if event.seq != number:
            damage = f"timeline.jsonl:{number} has the sequence number {event.seq}"
            break
        head = hashlib.sha256(line).hexdigest()
        events.append(event)
    return Timeline(tuple(events), damage), head


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
