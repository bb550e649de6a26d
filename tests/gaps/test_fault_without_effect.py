"""Fault without effect."""

from __future__ import annotations

from tests.story import answers, judged, rules

QUIET = ("bad 0s to 0s", *(f"drop alert.{k} PaymentsErrorRate" for k in ("pending", "firing", "resolved", "delivered")))


def test_a_fault_that_nobody_feels_is_a_gap_and_decides_nothing() -> None:
    found = judged(*QUIET)
    assert rules(found) == {"fault_without_effect"}
    assert "met" not in {a for k, a in answers(found).items() if k.startswith(("alert:", "response:"))}


def test_a_blind_canary_proves_nothing() -> None:
    found = judged(*QUIET, "blind canary 11s to 23s")
    assert "fault_without_effect" not in rules(found)


def test_one_that_was_not_seen_in_effect_is_a_gap() -> None:
    assert "fault_without_effect" in rules(judged(*QUIET, "drop fault.armed f1", "add fault.not_live f1 at 12s why=never"))
