"""Evidence looked up: what a gap or a verdict points at, told so that a reader can check it against the raw bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gameday.model.event import Event
from gameday.model.timeline import Timeline

FIELDS = (
    "receiver", "status", "value", "was", "release", "holds", "bound", "action", "command", "exit", "state", "text", "summary", "severity",
    "requests", "failed", "why", "detail", "by", "ok", "error", "ms",
)  # fmt: skip
"""The fields of an event that matter to a reader, in the order in which they are told."""
MEANINGS = {"source.alive": "it could be read", "source.blind": "it could not be read"}
"""Kinds whose name alone does not tell a reader what they prove."""
LONGEST = 200
"""Characters of one field."""
_SEAT = re.compile(r"[a-z][a-z-]{0,20}-\d{1,4}")


@dataclass(frozen=True)
class Proof:
    """One piece of evidence. `at`, `source` and `said` are empty where it is no event but a place in a file."""

    reference: str
    at: datetime | None = None
    source: str = ""
    said: str = ""
    raw: str = ""
    """Where its bytes lie: a file of the bundle, a line, the beginning of their SHA-256."""
    seq: int = 0


def by_id(timeline: Timeline) -> Mapping[str, Event]:
    """Events by what evidence calls them."""
    return {e.id: e for e in timeline}


def proofs(references: Iterable[str], known: Mapping[str, Event]) -> tuple[Proof, ...]:
    """Each reference with the event behind it, in the order of time; places in files come last."""
    found = [_proof(r, known.get(r)) for r in references]
    return tuple(sorted(found, key=lambda p: (p.at is None, p.at.timestamp() if p.at else 0.0, p.seq)))


def _proof(reference: str, event: Event | None) -> Proof:
    if event is None:
        return Proof(reference, raw=reference)
    return Proof(reference, event.at, event.source, said(event), place(event), event.seq)


def place(event: Event) -> str:
    """Where the bytes behind an event lie; its own line where it is its own source."""
    if event.raw is None:
        return f"timeline.jsonl:{event.seq}"
    return f"evidence/{event.raw.file}:{event.raw.line} sha256:{event.raw.sha256[:12]}…"


def said(event: Event) -> str:
    """An event in one line: what, about what, by which seat, and the few fields that matter."""
    fields = ((key, _plain(event, key)) for key in FIELDS)
    meaning = MEANINGS.get(event.kind, "")
    told = ", ".join(f"{key} {text}" for key, text in fields if text)
    who = f"{seat(event)}: " if event.actor_kind in ("human", "unknown") and event.actor else ""
    return f"{who}{event.kind} {event.subject.name[:LONGEST]}" + (f": {meaning}" if meaning else "") + (f" ({told})" if told else "")


def seat(event: Event) -> str:
    """Under which seat something was done. Whatever is not a seat may be a name, and is not told."""
    return event.actor if _SEAT.fullmatch(event.actor) else "somebody"


def _plain(event: Event, key: str) -> str:
    value = event.data.get(key)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = event.text(key)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
