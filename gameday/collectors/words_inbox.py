"""Responders' words: acknowledged, declared, logged, updated, resolved."""

from __future__ import annotations

from pathlib import Path

from gameday.bundle.words import Word, read_words
from gameday.model.event import Kind
from gameday.model.protocols import Sighting

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
            self._tell(see, word)

    @staticmethod
    def _tell(see: Sighting, word: Word) -> None:
        if word.word not in EVENTS:
            return
        kind, subject_kind, field = EVENTS[word.word]
        subject = (subject_kind, str(word.data.get(field) or word.word))
        see(kind, subject, at=word.said, actor=word.seat, actor_kind="human", data=dict(word.data))
        if word.word == "declare" and word.data.get("severity"):
            severity = {"severity": word.data["severity"]}
            see("incident.severity", subject, at=word.said, actor=word.seat, actor_kind="human", data=severity)
