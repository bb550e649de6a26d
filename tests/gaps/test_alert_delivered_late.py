"""Alert delivered late."""

from __future__ import annotations

from tests.story import judged, rules


def test_late_is_not_in_time() -> None:
    (gap,) = judged("move alert.delivered PaymentsErrorRate by 20s").gaps
    assert gap.rule == "alert_delivered_late"
    assert "24.8 s" in gap.summary


def test_the_knob_that_cost_the_time_is_named() -> None:
    waited = judged(
        "move alert.firing PaymentsErrorRate by 20s",
        "move alert.delivered PaymentsErrorRate by 20s",
        "move alert.resolved PaymentsErrorRate by 20s",
    )
    assert "`for: 2s`" in waited.gaps[0].fix
    grouped = judged("move alert.delivered PaymentsErrorRate by 20s")
    assert "group_interval" in grouped.gaps[0].fix
    slow = judged(*(f"move alert.{k} PaymentsErrorRate by 20s" for k in ("pending", "firing", "delivered", "resolved")))
    assert "window and threshold" in slow.gaps[0].fix


def test_on_the_last_second_is_in_time() -> None:
    assert rules(judged("move alert.delivered PaymentsErrorRate by 15s")) == set()


def test_the_parts_are_those_of_the_receiver_that_is_asked_for() -> None:
    soon = "add alert.delivered PaymentsErrorRate at 15s receiver=shop-tickets status=firing"
    found = judged("move alert.delivered PaymentsErrorRate by 45s", soon, "end 120s")
    (gap,) = [g for g in found.gaps if g.rule == "alert_delivered_late"]
    assert "until the notice came 46.0 s" in gap.observed
