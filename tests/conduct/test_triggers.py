"""When what a fault waits for has happened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct.triggers import Triggers
from gameday.model.injection import Injection
from gameday.model.observation import Blind, Observation, Seen
from gameday.model.plan import SOURCES
from tests.story import perfect, record_of


class Answers:
    """A probe that gives these answers, one after the other, and then the last for ever."""

    def __init__(self, *answers: Observation) -> None:
        self.answers, self.asked = list(answers), 0

    def ask(self) -> Observation:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def seen(value: float) -> Seen:
    return Seen(value=value)


@pytest.fixture
def timeline(tmp_path: Path) -> TimelineFile:
    return TimelineFile(tmp_path / "timeline.jsonl")


def triggers(
    timeline: TimelineFile, when: Mapping[str, Any], probe: Answers | None = None, at: str = "0s", sources: Any = SOURCES
) -> Triggers:
    plan = record_of(perfect()).plan
    injection = Injection.model_validate({"fault": "container_pause", "target": "payments", "at": at, "for": "5s", "when": when})
    planned = plan.faults[0].model_copy(update={"starts_after_seconds": injection.at.total_seconds()})
    made = plan.model_copy(
        update={"faults": (planned,), "scenario": plan.scenario.model_copy(update={"faults": (injection,)}), "sources": sources}
    )
    return Triggers(made, timeline, {"orders": probe or Answers(seen(0))}, began=100.0)


def test_a_probe_is_asked_once_a_second_until_its_answer_is_in_the_bound(timeline: TimelineFile) -> None:
    probe = Answers(seen(1), Blind(reason="away"), seen(9))
    waiting = triggers(timeline, {"probe": "orders", "above": 5}, probe)
    told = [(now, list(waiting.due(now))) for now in (100.0, 100.5, 101.0, 102.0, 103.0)]
    assert [fault for _, faults in told for fault in faults] == ["f1"]
    assert told[3] == (102.0, ["f1"])
    assert probe.asked == 3


def test_its_looks_stand_in_the_timeline(timeline: TimelineFile, tmp_path: Path) -> None:
    list(triggers(timeline, {"probe": "orders", "above": 5}).due(100.0))
    assert '"for":"trigger"' in (tmp_path / "timeline.jsonl").read_text()


def test_nothing_is_asked_before_its_time(timeline: TimelineFile) -> None:
    probe = Answers(seen(9))
    waiting = triggers(timeline, {"probe": "orders", "above": 5}, probe, at="10s")
    assert (list(waiting.due(109.9)), probe.asked) == ([], 0)
    assert list(waiting.due(111.0)) == ["f1"]


@pytest.mark.parametrize(
    ("when", "kind", "subject", "data"),
    [
        ({"alert": "High"}, "alert.delivered", ("alert", "High"), {"status": "firing"}),
        ({"deed": "acknowledged"}, "page.acked", ("receiver", "shop-pager"), {}),
        ({"deed": "declared"}, "incident.declared", ("incident", "d"), {}),
        ({"deed": "led"}, "incident.role", ("role", "lead"), {}),
    ],
)
def test_what_is_heard_triggers_it(timeline: TimelineFile, when: Mapping[str, Any], kind: Any, subject: Any, data: Any) -> None:
    waiting = triggers(timeline, when)
    timeline.append("alert.delivered", "pager", ("alert", "Another"), data={"status": "firing"})
    timeline.append("alert.delivered", "pager", ("alert", "High"), data={"status": "resolved"})
    timeline.append("alert.firing", "prometheus", ("alert", "High"))
    assert list(waiting.due(101.0)) == []
    timeline.append(kind, "test", subject, data=data)
    assert list(waiting.due(101.1)) == ["f1"]
    assert list(waiting.due(102.2)) == []


def test_where_no_delivery_can_be_seen_an_alert_that_fires_is_enough(timeline: TimelineFile) -> None:
    waiting = triggers(timeline, {"alert": "High"}, sources=("canary", "prometheus"))
    timeline.append("alert.firing", "prometheus", ("alert", "High"))
    assert list(waiting.due(101.0)) == ["f1"]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({}, "name one thing"),
        ({"probe": "orders"}, "needs a bound"),
        ({"alert": "High", "above": 1}, "belongs to a `probe`"),
        ({"alert": "High", "deed": "led"}, "name one thing"),
        ({"deed": "slept"}, "acknowledged"),
    ],
)
def test_one_thing_is_waited_for(when: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Injection.model_validate({"fault": "container_pause", "target": "a", "for": "5s", "when": when})


def test_a_fault_that_may_wait_counts_as_in_effect_all_that_time() -> None:
    injection = Injection.model_validate(
        {"fault": "container_pause", "target": "a", "at": "1s", "for": "5s", "when": {"alert": "A", "within": "1m"}}
    )
    assert injection.ends.total_seconds() == 66
