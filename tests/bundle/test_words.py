"""A word that was acknowledged is never lost."""

from __future__ import annotations

from pathlib import Path

from gameday.bundle.timeline_file import TimelineFile, read_timeline
from gameday.bundle.words import read_words, say, told_by, unread


def test_a_word_that_never_reached_the_timeline_is_read_from_the_inbox(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    say(inbox, "ack", "seat-1", {"alert": "A"})
    file = TimelineFile(tmp_path / "t.jsonl")
    for _, word in read_words(inbox):
        for told in told_by(word):
            file.append(told.kind, "words", told.subject, at=word.said, actor=word.seat, actor_kind="human", data=told.data)
    say(inbox, "declare", "seat-2", {"summary": "x", "severity": "critical"})
    timeline, _ = read_timeline(tmp_path / "t.jsonl")
    late = unread(inbox, timeline)
    assert [(e.kind, e.actor, e.seq) for e in late] == [("incident.declared", "seat-2", 2), ("incident.severity", "seat-2", 3)]
    assert len({e.id for e in late}) == 2


def test_files_that_are_no_words_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{")
    (tmp_path / "y.json").write_text('{"word": 7}')
    (tmp_path / ".half").write_text('{"word": "ack"}')
    assert read_words(tmp_path) == []


def test_words_of_no_known_kind_become_nothing(tmp_path: Path) -> None:
    say(tmp_path, "sing", "seat-1", {})
    ((_, word),) = read_words(tmp_path)
    assert told_by(word) == ()
