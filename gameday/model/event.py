"""One Event: something that happened, who saw it, and where its raw bytes are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, JsonValue

from gameday.model.noun import Noun

Kind = Literal[
    "drill.started", "drill.steady", "drill.unsteady", "drill.aborted", "drill.end_state", "drill.closed",
    "fault.injecting", "fault.armed", "fault.not_live", "fault.released", "fault.undone", "fault.undo_failed", "fault.failed",
    "fault.triggered", "fault.not_triggered",
    "canary.sample",
    "alert.pending", "alert.firing", "alert.resolved", "alert.delivered", "alert.silenced", "alert.inhibited",
    "page.sent", "page.acked", "page.escalated",
    "incident.declared", "incident.severity", "incident.role", "incident.status", "incident.resolved",
    "comm.internal", "comm.public",
    "action.observe", "action.mutate",
    "doc.opened", "doc.searched", "note",
    "change.deploy", "change.flag", "change.config", "change.revert",
    "probe.answer", "probe.link", "probe.alerting",
    "source.alive", "source.blind",
    "traffic.sample",
]  # fmt: skip
"""The closed list of what can be said about a drill."""


class Subject(Noun):
    """What an event or a gap is about: `{kind: alert, name: PaymentsErrorRate}`."""

    kind: str
    name: str


class Raw(Noun):
    """Where the bytes behind an event are: file under `evidence/`, line from 1, SHA-256 of that line."""

    file: str
    line: int
    sha256: str


class Event(Noun):
    """One line of a timeline. `seq` is our order; `ts` the source's time, `observed` ours; both UTC."""

    seq: int
    prev: str
    id: str
    ts: datetime
    ts_kind: Literal["occurred", "observed"] = "occurred"
    observed: datetime
    skew_ms: int = 0
    source: str
    kind: Kind
    actor: str = ""
    actor_kind: Literal["human", "system", "injector", "unknown"] = "system"
    subject: Subject
    data: Mapping[str, JsonValue] = Field(default_factory=dict)
    raw: Raw | None = None

    @property
    def at(self) -> datetime:
        """When it happened, on our clock: the source's time with its measured skew taken out."""
        return self.ts - timedelta(milliseconds=self.skew_ms)

    def text(self, key: str) -> str:
        """A field of `data` as text; empty where it is absent."""
        value = self.data.get(key)
        return "" if value is None else str(value)

    def labels(self, key: str = "labels") -> dict[str, str]:
        """A mapping in `data`, such as an alert's labels or annotations, as text to text."""
        value = self.data.get(key)
        return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}
