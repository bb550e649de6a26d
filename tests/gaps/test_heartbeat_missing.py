"""Heartbeat missing."""

from __future__ import annotations

from tests.story import answers, judged, rules


def test_no_notice_of_the_heartbeat_is_a_gap() -> None:
    assert rules(judged("drop alert.delivered Watchdog")) == {"heartbeat_missing"}


def test_a_blind_pager_proves_nothing() -> None:
    found = judged("drop alert.delivered Watchdog", "blind pager 12s to 20s")
    assert "heartbeat_missing" not in rules(found)
    assert answers(found)["heartbeat"] == "undecidable"


BEFORE = [f"add alert.delivered Watchdog at {at}s receiver=heartbeat status=firing" for at in (1, 3, 5, 7, 9)]


def test_one_that_stops_with_the_fault_is_a_gap() -> None:
    (gap,) = judged("drop alert.delivered Watchdog", *BEFORE).gaps
    assert gap.rule == "heartbeat_missing"
    assert "it stopped" in gap.observed


def test_one_that_came_once_before_has_no_rhythm_to_lose() -> None:
    assert rules(judged("drop alert.delivered Watchdog", BEFORE[0])) == set()


def test_a_drill_that_was_stopped_did_not_wait_for_it() -> None:
    found = judged("drop alert.delivered Watchdog", "add drill.aborted d at 11s why=halted by=halt", "end 19s")
    assert "heartbeat_missing" not in rules(found)


STEADY = [f"add alert.delivered Watchdog at {at}s receiver=heartbeat status=firing" for at in (2, 7, 12)]


def test_one_that_beats_once_more_after_the_fault_and_then_stops_is_a_gap() -> None:
    (gap,) = judged("drop alert.delivered Watchdog", *STEADY, "end 200s").gaps
    assert (gap.rule, "none came in the last 188.0 s" in gap.observed) == ("heartbeat_missing", True)


def test_beats_before_the_fault_say_nothing_about_the_time_after() -> None:
    assert answers(judged("drop alert.delivered Watchdog", *STEADY[:2], "end 200s"))["heartbeat"] == "undecidable"
    blind = judged("drop alert.delivered Watchdog", *STEADY[:2], "blind pager 9s to 199s", "end 200s")
    assert answers(blind)["heartbeat"] == "undecidable"
