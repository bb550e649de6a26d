"""Observer blind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gameday.gaps import GAPS
from gameday.model.timeline import Timeline
from gameday.review.judge import review
from tests.story import BEGAN, judged, record_of, rules, story


@pytest.mark.parametrize("source", ["prometheus", "pager", "ops", "words"])
def test_a_needed_source_that_is_blind_is_a_gap(source: str) -> None:
    found = judged(f"blind {source} 30s to 40s")
    assert {g.subject.name for g in found.gaps if g.rule == "observer_blind"} == {source}


def test_blind_before_the_fault_is_none() -> None:
    assert rules(judged("blind prometheus 1s to 4s")) == set()


def test_a_source_that_no_verdict_needs_may_be_blind() -> None:
    assert rules(judged("blind gateway 30s to 40s")) == set()


def test_a_source_that_falls_silent_is_blind_too() -> None:
    record = record_of(story())
    silent = tuple(
        e for e in record.timeline if not (e.source == "prometheus" and e.kind == "source.alive" and e.at > BEGAN + timedelta(seconds=25))
    )
    found = review(replace(record, timeline=Timeline(silent)), GAPS.values())
    assert {g.subject.name for g in found.gaps} == {"prometheus"}


def test_a_damaged_record_is_said() -> None:
    found = review(replace(record_of(story()), damage=("timeline.jsonl:7 is not an event",)), GAPS.values())
    assert [g.rule for g in found.gaps] == ["observer_blind"]
