"""`inbox/`: a responder's words on their way into the timeline. Each is one file, whole or not there."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, JsonValue

from gameday.bundle.ids import event_id
from gameday.errors import Missing
from gameday.model.noun import Noun


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
        if path.name in seen:
            continue
        try:
            found.append((path.name, Word.model_validate(json.loads(path.read_bytes()))))
        except ValueError:
            continue
    return found
