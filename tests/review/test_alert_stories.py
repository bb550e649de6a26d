"""What became of each alert, where its events are not as plain as they could be."""

from __future__ import annotations

import pytest

from tests.review.telling import ALERT, LONG, seconds
from tests.story import answers, judged, rules

INSTANCES = (
    f"set alert.firing {ALERT} labels.pod=a",
    f"set alert.resolved {ALERT} labels.pod=a",
    f'add alert.firing {ALERT} at 14.1s labels={{"pod":"b"}}',
)
NEVER_SEEN = (*LONG, *(f"drop alert.{kind} {ALERT}" for kind in ("pending", "firing", "resolved", "delivered")))


def test_an_alert_has_reset_when_its_last_instance_has() -> None:
    assert rules(judged(*INSTANCES, "end 120s")) == {"alert_reset_late"}
    assert rules(judged(*INSTANCES, f'add alert.resolved {ALERT} at 28s labels={{"pod":"b"}}', "end 120s")) == set()


def test_an_alert_that_resolves_and_fires_again_has_not_reset() -> None:
    assert rules(judged(f"add alert.firing {ALERT} at 40s", "end 120s")) == {"alert_reset_late"}
    assert rules(judged(f"add alert.firing {ALERT} at 40s", f"add alert.resolved {ALERT} at 45s")) == set()


def test_a_notice_from_before_the_fault_that_is_only_repeated_says_nothing() -> None:
    old = "receiver=shop-pager status=firing starts_at=2026-03-04T10:00:03Z"
    found = judged(*NEVER_SEEN, f"add alert.delivered {ALERT} at 4s {old}", f"add alert.delivered {ALERT} at 20s {old} repeated=true")
    assert rules(found) == set()
    assert answers(found)[f"alert:{ALERT}:fires"] == "undecidable"


def test_old_news_that_is_told_for_the_first_time_is_no_noise() -> None:
    found = judged("add alert.delivered Disk at 20s receiver=shop-tickets status=firing starts_at=2026-03-04T08:00:00Z")
    assert rules(found) == set()
    assert answers(found)["alerts:unexpected:Disk"] == "not_applicable"


@pytest.mark.parametrize(("off", "starts"), [(-30, "2026-03-04T09:59:44Z"), (30, "2026-03-04T10:00:44Z"), (-300, "2026-03-04T09:55:14Z")])
def test_a_clock_that_is_off_moves_nothing(off: int, starts: str) -> None:
    found = judged(f"clock alert.pending {ALERT} off by {off}s", f"set alert.delivered {ALERT} starts_at={starts}")
    assert rules(found) == set()
    assert (seconds(found, "alert_pending"), seconds(found, "alert_fired")) == (12.0, 14.0)
    assert found.durations["time_to_detect"].parts == judged().durations["time_to_detect"].parts


def test_milestones_are_those_of_the_alert_that_came_furthest() -> None:
    found = judged(f"drop alert.delivered {ALERT}")
    assert (seconds(found, "alert_fired"), found.milestones["alert_delivered"]) == (14.0, None)
