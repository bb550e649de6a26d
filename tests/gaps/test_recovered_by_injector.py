"""Recovered by injector."""

from __future__ import annotations

from tests.story import judged, rules

EXPIRED = ("drop change.flag checkout_unpaid", "bad 10s to 62s", "move fault.released f1 by -10s")


def test_an_end_by_the_drill_is_a_gap_of_the_drill() -> None:
    (gap,) = [g for g in judged(*EXPIRED).gaps if g.rule == "recovered_by_injector"]
    assert gap.area == "drill"


def test_without_responders_it_is_none() -> None:
    assert "recovered_by_injector" not in rules(judged(*EXPIRED, responders="none"))


def test_time_to_mitigate_is_censored() -> None:
    assert judged(*EXPIRED).durations["time_to_mitigate"].censored
