"""Alert never fired."""

from __future__ import annotations

from tests.story import answers, judged, rules

GONE = (
    "bad 10s to 100s",
    *(f"drop alert.{k} PaymentsErrorRate" for k in ("pending", "firing", "resolved", "delivered")),
    "drop change.flag checkout_unpaid",
)


def test_an_alert_that_never_fires_while_users_are_hurt_is_a_gap() -> None:
    (gap,) = [g for g in judged(*GONE).gaps if g.rule == "alert_never_fired"]
    assert (gap.severity, gap.area, gap.subject.name) == ("S1", "tooling", "PaymentsErrorRate")


def test_a_blind_prometheus_proves_nothing() -> None:
    found = judged(*GONE, "blind prometheus 12s to 20s")
    assert "alert_never_fired" not in rules(found)
    assert answers(found)["alert:PaymentsErrorRate:fires"] == "undecidable"


def test_an_impact_shorter_than_the_budget_proves_nothing() -> None:
    found = judged(*GONE[1:5])
    assert "alert_never_fired" not in rules(found)
    assert answers(found)["alert:PaymentsErrorRate:fires"] == "undecidable"


def test_pending_only_is_said() -> None:
    found = judged(GONE[0], *GONE[2:])
    (gap,) = [g for g in found.gaps if g.rule == "alert_never_fired"]
    assert "pending" in gap.observed


def test_a_record_without_an_end_proves_nothing() -> None:
    assert "alert_never_fired" not in rules(judged(*GONE, "end 25s", closed=False))
