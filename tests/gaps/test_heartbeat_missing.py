"""Heartbeat missing."""

from __future__ import annotations

from tests.story import answers, judged, rules


def test_no_notice_of_the_heartbeat_is_a_gap() -> None:
    assert rules(judged("drop alert.delivered Watchdog")) == {"heartbeat_missing"}


def test_a_blind_pager_proves_nothing() -> None:
    found = judged("drop alert.delivered Watchdog", "blind pager 12s to 20s")
    assert "heartbeat_missing" not in rules(found)
    assert answers(found)["heartbeat"] == "undecidable"
