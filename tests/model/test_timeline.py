"""The timeline answers many questions about many events."""

from __future__ import annotations

import time
from datetime import timedelta

from gameday.gaps import GAPS
from gameday.review.judge import review
from tests.story import BEGAN, record_of, story


def test_events_come_by_time_whatever_their_kind() -> None:
    timeline = record_of(story()).timeline
    found = timeline.of("alert.firing", "page.acked", "alert.pending")
    assert [e.kind for e in found] == ["alert.pending", "alert.firing", "page.acked"]
    assert timeline.of("alert.pending", "alert.pending") == timeline.of("alert.pending")


def test_both_ends_of_a_span_are_in_it() -> None:
    timeline = record_of(story()).timeline
    since, until = BEGAN + timedelta(seconds=12), BEGAN + timedelta(seconds=14)
    found = timeline.of("alert.pending", "alert.firing", "page.acked", since=since, until=until)
    assert [e.kind for e in found] == ["alert.pending", "alert.firing"]


def test_an_event_is_found_by_its_id() -> None:
    timeline = record_of(story()).timeline
    assert timeline.by_id(timeline.events[7].id) == timeline.events[7]
    assert timeline.by_id("nothing") is None


def test_a_long_drill_with_much_noise_is_judged_in_seconds() -> None:
    noise = [f"add alert.firing Noise{n} at {20 + n * 5}s" for n in range(200)]
    record = record_of(story("bad 10s to 900s", "end 2400s", *noise))
    began = time.process_time()
    assert len(review(record, GAPS.values()).gaps) >= 200
    assert len(record.timeline) > 18_000
    assert time.process_time() - began < 10
