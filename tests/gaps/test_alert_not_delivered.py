"""Alert not delivered."""

from __future__ import annotations

from tests.story import answers, judged, rules

LOST = (
    "bad 10s to 100s",
    "drop alert.delivered PaymentsErrorRate",
    "drop alert.resolved PaymentsErrorRate",
    "drop change.flag checkout_unpaid",
)


def test_fired_and_nobody_told_is_a_gap() -> None:
    found = judged(*LOST)
    assert "alert_not_delivered" in rules(found)
    assert "alert_never_fired" not in rules(found)


def test_a_blind_pager_proves_nothing() -> None:
    found = judged(*LOST, "blind pager 12s to 20s")
    assert "alert_not_delivered" not in rules(found)
    assert answers(found)["alert:PaymentsErrorRate:delivered"] == "undecidable"


def test_it_stays_silent_where_another_team_got_it() -> None:
    assert "alert_not_delivered" not in rules(judged("set alert.delivered PaymentsErrorRate receiver=platform-pager"))


def test_a_receiver_of_nobody_known_is_not_delivery() -> None:
    found = judged("bad 10s to 100s", "set alert.delivered PaymentsErrorRate receiver=unrouted", "drop alert.resolved PaymentsErrorRate")
    (gap,) = [g for g in found.gaps if g.rule == "alert_not_delivered"]
    assert "only unrouted" in gap.observed


def test_a_silence_is_named() -> None:
    found = judged(*LOST, "add alert.silenced PaymentsErrorRate at 14s")
    assert "silence" in next(g.observed for g in found.gaps if g.rule == "alert_not_delivered")


def test_where_the_right_receiver_got_nothing_it_was_not_late_as_well() -> None:
    tickets = ("set alert.delivered PaymentsErrorRate receiver=shop-tickets", "move alert.delivered PaymentsErrorRate by 45s")
    found = judged(*tickets, "bad 10.2s to 65s", "move fault.released f1 by 47s", "move fault.undone f1 by 47s", "end 150s")
    assert "alert_not_delivered" in rules(found)
    assert "alert_delivered_late" not in rules(found)
