"""`inbox/`: a responder's words on their way into the timeline. Each is one file, whole or not there."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, JsonValue

from gameday.bundle.ids import event_id
from gameday.errors import Missing
from gameday.model.event import Event, Kind, Subject
from gameday.model.noun import Noun
from gameday.model.timeline import Timeline


class Word(Noun):
    """One thing a responder said: `ack`, `declare`, `log` …"""

    word: str
    seat: str
    said: datetime
    data: dict[str, JsonValue] = Field(default_factory=dict)


def say(inbox: Path, word: str, seat: str, data: dict[str, JsonValue]) -> Path:
    """Put a word into the inbox. When this returns, it is on disk."""
    name = event_id()
    spoken = Word(word=word, seat=seat, said=datetime.now(UTC), data=data)
    temporary, final = inbox / f".{name}", inbox / f"{name}.json"
    try:
        with temporary.open("x") as file:
            file.write(spoken.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(final)
    except OSError as error:
        raise Missing(f"{inbox} cannot be written: {error.strerror}") from error
    return final


def read_words(inbox: Path, seen: Collection[str] = ()) -> list[tuple[str, Word]]:
    """Words whose file name is not in `seen`, in the order they were said. Files that are no words are left alone."""
    found = []
    for path in sorted(inbox.glob("*.json")):
        if path.name in seen or not path.is_file():  # a pipe would be waited for
            continue
        try:
            found.append((path.name, Word.model_validate(json.loads(path.read_bytes()))))
        except (ValueError, OSError, RecursionError):
            continue
    return found


EVENTS: dict[str, tuple[Kind, str, str]] = {
    "ack": ("page.acked", "alert", "alert"),
    "declare": ("incident.declared", "incident", ""),
    "severity": ("incident.severity", "incident", ""),
    "role": ("incident.role", "role", "role"),
    "log": ("note", "log", ""),
    "update": ("comm.internal", "log", ""),
    "step": ("note", "step", "step"),
    "resolve": ("incident.resolved", "incident", ""),
}
"""A word, the event it becomes, its subject's kind, and the field that names the subject."""


@dataclass(frozen=True)
class Told:
    """What a word becomes in the timeline."""

    kind: Kind
    subject: tuple[str, str]
    data: dict[str, JsonValue]


def told_by(word: Word) -> tuple[Told, ...]:
    """The events that a word becomes: declaring with a severity is two."""
    if word.word not in EVENTS:
        return ()
    kind, subject_kind, field = EVENTS[word.word]
    subject = (subject_kind, str(word.data.get(field) or word.word))
    told: tuple[Told, ...] = (Told(kind, subject, dict(word.data)),)
    if word.word == "declare" and word.data.get("severity"):
        told += (Told("incident.severity", subject, {"severity": word.data["severity"]}),)
    return told


def unread(inbox: Path, timeline: Timeline) -> tuple[Event, ...]:
    """Words that were acknowledged and did not reach the timeline, since the drill's process died or was about to end.

    Each becomes an event after the last one; its id is that of its file, and no line of the timeline follows from it.
    """
    known = {(e.kind, e.actor, _milliseconds(e.ts)) for e in timeline if e.source == "words"}
    found: list[Event] = []
    for name, word in read_words(inbox) if inbox.is_dir() else ():
        for number, told in enumerate(told_by(word)):
            if (told.kind, word.seat, _milliseconds(word.said)) in known:
                continue
            found.append(
                Event(
                    seq=len(timeline) + len(found) + 1,
                    prev="",
                    id=f"{name.removesuffix('.json')}{'-2' * number}",
                    ts=word.said,
                    observed=word.said,
                    source="words",
                    kind=told.kind,
                    actor=word.seat,
                    actor_kind="human",
                    subject=Subject(kind=told.subject[0], name=told.subject[1]),
                    data=told.data,
                )
            )
    return tuple(found)


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
