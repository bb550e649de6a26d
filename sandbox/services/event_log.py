"""The one log of ops: numbered entries, appended to a file, the newest kept in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from service import now

KEPT = 20_000
KEPT_BYTES = 32 * 1024 * 1024
"""What is older is in the file only."""
AT_ONCE = 500
AT_ONCE_BYTES = 8 * 1024 * 1024


class EventLog:
    """Entries in the order in which they happened."""

    def __init__(self, file: Path) -> None:
        self._entries: list[dict[str, Any]] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self._last = 0
        if file.exists():
            self._read(file)
        self._file = file.open("a", encoding="utf-8")

    def add(self, kind: str, **fields: Any) -> None:
        self._last += 1
        entry = {"seq": self._last, "ts": now(), "kind": kind, **fields}
        line = json.dumps(entry)
        self._file.write(line + "\n")
        self._file.flush()
        self._keep(entry, len(line))

    def of(self, kind: str, most: int = 200) -> list[dict[str, Any]]:
        """The latest entries of one kind that are in memory, oldest first."""
        return [entry for entry in self._entries if entry["kind"] == kind][-most:]

    def after(self, seq: int) -> list[dict[str, Any]]:
        """Entries later than `seq`, oldest first; as many as fit into one answer, at least one."""
        first = self._last - len(self._entries) + 1
        start = max(0, seq - first + 1)
        end, size = start, 0
        while end < min(len(self._entries), start + AT_ONCE) and (size == 0 or size + self._sizes[end] <= AT_ONCE_BYTES):
            size += self._sizes[end]
            end += 1
        return self._entries[start:end]

    def _keep(self, entry: dict[str, Any], size: int) -> None:
        self._entries.append(entry)
        self._sizes.append(size)
        self._bytes += size
        while len(self._entries) > KEPT or self._bytes > KEPT_BYTES:
            self._bytes -= self._sizes.pop(0)
            self._entries.pop(0)

    def _read(self, file: Path) -> None:
        """What a run before wrote; a line that its end cut short is taken out."""
        good = 0
        with file.open("rb") as lines:
            for line in lines:
                try:
                    entry = json.loads(line)
                    self._last = entry["seq"]
                except (ValueError, KeyError, TypeError):
                    break
                self._keep(entry, len(line))
                good += len(line)
        with file.open("rb+") as cut:
            cut.truncate(good)
