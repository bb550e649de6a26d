"""Runbook step skipped."""

from __future__ import annotations

from tests.story import answers, judged, rules


def test_a_required_step_without_a_trace_is_a_gap() -> None:
    (gap,) = judged("drop comm.public status").gaps
    assert (gap.rule, gap.confidence, gap.subject.name) == ("runbook_step_skipped", "B", "runbooks/PaymentsErrorRate.md#c1")


def test_a_blind_source_proves_nothing() -> None:
    found = judged("drop comm.public status", "blind ops 30s to 40s")
    assert "runbook_step_skipped" not in rules(found)
    assert answers(found)["step:c1"] == "undecidable"


def test_another_way_is_no_skip() -> None:
    found = judged("set change.flag checkout_unpaid name=bypass")
    assert "runbook_step_skipped" not in rules(found)
    assert {s.id: s.status for s in found.steps}["m1"] == "achieved_otherwise"


def test_without_responders_nothing_is_skipped() -> None:
    found = judged("drop comm.public status", responders="none")
    assert rules(found) == set()
    assert answers(found)["step:c1"] == "not_applicable"


def test_what_the_drill_itself_did_is_no_trace() -> None:
    assert "runbook_step_skipped" in rules(judged("set comm.public status actor_kind=injector"))
