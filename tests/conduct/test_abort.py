"""Abort conditions: met, blind, hanging; and what `on_error: ignore` is for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct import abort
from gameday.conduct.abort import AbortWatch
from gameday.conduct.clock import Clock
from gameday.model.expectation import AbortCondition
from gameday.model.observation import Blind, Observation, Seen
from tests.sandbox.conftest import await_that


class Fixed:
    """A probe with one answer."""

    def __init__(self, answer: Observation) -> None:
        self.answer, self.asked = answer, 0

    def ask(self) -> Observation:
        self.asked += 1
        return self.answer


class Hanging:
    """A probe that answers when it is let go."""

    def __init__(self) -> None:
        self.let_go, self.asked = threading.Event(), 0

    def ask(self) -> Observation:
        self.asked += 1
        self.let_go.wait(20)
        return Seen(9.0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(abort, "EVERY", 0.02)


@pytest.fixture
def timeline(tmp_path: Path) -> Iterator[TimelineFile]:
    timeline = TimelineFile(tmp_path / "timeline.jsonl")
    yield timeline
    timeline.close()


def condition(probe: str, **more: Any) -> AbortCondition:
    return AbortCondition.model_validate({"probe": probe, "above": 0, **more})


def watching(timeline: TimelineFile, *conditions: AbortCondition, **probes: Any) -> AbortWatch:
    watch = AbortWatch(conditions, probes, timeline, Clock())
    watch.start()
    return watch


def test_a_condition_that_holds_stops_the_drill_and_one_that_does_not_does_not(timeline: TimelineFile) -> None:
    quiet = Fixed(Seen(0.0))
    calm = watching(timeline, condition("a"), a=quiet)
    await_that(lambda: quiet.asked > 3, 5, "some looks")
    assert calm.why == ""
    calm.stop()
    met = watching(timeline, condition("a"), a=Fixed(Seen(2.0)))
    assert await_that(lambda: met.why, 5, "a reason") == "abort condition met: a above 0"
    met.stop()


def test_blindness_of_one_counts_though_another_sees(timeline: TimelineFile) -> None:
    watch = watching(timeline, condition("a"), condition("b"), a=Fixed(Blind("no answer")), b=Fixed(Seen(0.0)))
    assert "abort condition a above 0 could not be read 3 times in a row" in await_that(lambda: watch.why, 5, "a reason")
    watch.stop()


def test_a_probe_that_hangs_counts_as_blind_and_writes_nothing_after_the_end(timeline: TimelineFile) -> None:
    hanging = Hanging()
    watch = watching(timeline, condition("a"), a=hanging)
    assert "gave no answer for" in await_that(lambda: watch.why, 5, "a reason")
    watch.stop()
    hanging.let_go.set()
    assert timeline.count == 0


def test_what_may_fail_is_asked_again_and_still_stops_when_it_holds(timeline: TimelineFile) -> None:
    probe = Fixed(Blind("no answer"))
    watch = watching(timeline, condition("a", on_error="ignore"), a=probe)
    await_that(lambda: probe.asked > 5, 5, "some looks")
    assert watch.why == ""
    probe.answer = Seen(1.0)
    assert "met" in await_that(lambda: watch.why, 5, "a reason")
    watch.stop()


def test_nothing_is_asked_before_it_is_started(timeline: TimelineFile) -> None:
    probe = Fixed(Seen(2.0))
    watch = AbortWatch([condition("a")], {"a": probe}, timeline, Clock())
    assert (watch.why, probe.asked) == ("", 0)
    watch.stop()
