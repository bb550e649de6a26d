"""Responders' words: acknowledged, declared, logged, updated, resolved."""

from __future__ import annotations

from pathlib import Path

from gameday.bundle.words import read_words, told_by
from gameday.model.protocols import Sighting
from gameday.time_of_day import set_by


class WordsInbox:
    """Takes in every whole file of the inbox once."""

    source = "words"
    every = 0.2

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox
        self._seen: set[str] = set()

    def look(self, see: Sighting) -> None:
        if not self._inbox.is_dir():
            raise FileNotFoundError(f"{self._inbox} is gone")
        for name, word in read_words(self._inbox, self._seen):
            self._seen.add(name)
            for told in told_by(word):
                see(
                    told.kind,
                    told.subject,
                    at=word.said,
                    skew_ms=round(set_by() * 1000),
                    actor=word.seat,
                    actor_kind="human",
                    data=told.data,
                )
