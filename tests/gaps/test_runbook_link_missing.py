"""Runbook link missing."""

from __future__ import annotations

from tests.story import judged, rules


def test_a_page_without_a_link_is_a_gap() -> None:
    found = judged("set alert.delivered PaymentsErrorRate annotations={}")
    assert [g.severity for g in found.gaps if g.rule == "runbook_link_missing"] == ["S1"]


def test_of_a_warning_it_is_less_severe() -> None:
    found = judged("set alert.delivered PaymentsErrorRate annotations={} labels.severity=warning")
    assert next(g.severity for g in found.gaps if g.rule == "runbook_link_missing") == "S2"


def test_an_empty_link_is_none() -> None:
    assert "runbook_link_missing" in rules(judged("set alert.delivered PaymentsErrorRate runbook_url="))
