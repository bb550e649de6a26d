"""Spans in SQLite, the newest of them only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from jaeger import StoredSpan

KEPT = 200_000
"""Spans; older ones go."""
LOOKED_AT = 20_000
"""Spans, newest first, that a search reads at most."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS spans (
  number INTEGER PRIMARY KEY, trace TEXT NOT NULL, span TEXT NOT NULL, service TEXT NOT NULL, began INTEGER NOT NULL,
  written TEXT NOT NULL, process TEXT NOT NULL, UNIQUE (trace, span));
CREATE INDEX IF NOT EXISTS by_service ON spans (service, began);
"""
COLUMNS = "trace, service, began, written, process"


class TraceStore:
    """A span that comes twice is kept once."""

    def __init__(self, file: Path | str, kept: int = KEPT) -> None:
        self._kept = kept
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + SCHEMA)

    def add(self, spans: Iterable[StoredSpan]) -> None:
        rows = [(s.trace, s.span["spanID"], s.service, s.began, json.dumps(s.span), json.dumps(s.process)) for s in spans]
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR IGNORE INTO spans (trace, span, service, began, written, process) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        self._database.execute("DELETE FROM spans WHERE number <= (SELECT max(number) FROM spans) - ?", (self._kept,))
        self._database.execute("COMMIT")

    def trace(self, trace: str) -> list[StoredSpan]:
        return self._read(f"SELECT {COLUMNS} FROM spans WHERE trace = ? ORDER BY began", (trace,))  # noqa: S608

    def search(self, service: str, limit: int, tags: Mapping[str, str], since: int = 0, until: int = 2**62) -> list[list[StoredSpan]]:
        """The newest traces in which the service has a span, begun between the two times (µs), that carries all of these tags."""
        found = self._database.execute(
            f"SELECT {COLUMNS} FROM spans WHERE service = ? AND began BETWEEN ? AND ? ORDER BY began DESC LIMIT ?",  # noqa: S608
            (service, since, until, LOOKED_AT),
        )
        traces: dict[str, None] = {}
        for row in found:
            if len(traces) >= limit:
                break
            span = _stored(row)
            if span.has(tags):
                traces.setdefault(span.trace)
        found.close()
        return [self.trace(trace) for trace in traces]

    def services(self) -> list[str]:
        return [row[0] for row in self._database.execute("SELECT DISTINCT service FROM spans ORDER BY service")]

    def operations(self, service: str) -> list[str]:
        asked = "SELECT DISTINCT json_extract(written, '$.operationName') FROM spans WHERE service = ? ORDER BY 1"
        return [row[0] for row in self._database.execute(asked, (service,))]

    def _read(self, question: str, values: tuple[str, ...]) -> list[StoredSpan]:
        return [_stored(row) for row in self._database.execute(question, values)]


def _stored(row: tuple[str, str, int, str, str]) -> StoredSpan:
    trace, service, began, written, process = row
    return StoredSpan(trace, service, began, json.loads(written), json.loads(process))
