"""Faults that end before they can be judged."""

from __future__ import annotations

import pytest

from tests.load.conftest import Wrong

HOLD = "hold: until_mitigated, at_most: 4m"
RESPONSE = "    within: {ack: 1m, declare: 2m, lead: 2m, severity: 2m, first_mitigation: 3m, impact_over: 5m}\n"


def test_a_hold_may_be_shorter_than_all_budgets_added_up(wrong: Wrong) -> None:
    assert wrong((HOLD, "hold: until_mitigated, at_most: 3m")) == []


def test_a_hold_that_meets_its_ceiling_before_the_mitigation_budget_is_over_is_a_mistake(wrong: Wrong) -> None:
    (message,) = wrong((HOLD, "hold: until_mitigated, at_most: 2m"))
    assert message == (
        "scenarios/x.yaml:11:89: faults[0].at_most: the fault ends after 2m, before within.first_mitigation is over (3m);"
        " raise `at_most` or shorten the budget"
    )


def test_a_hold_leaves_time_for_the_alert_and_then_its_acknowledgement(wrong: Wrong) -> None:
    (message,) = wrong((HOLD, "hold: until_mitigated, at_most: 100s"), ("first_mitigation: 3m, ", ""))
    assert "before within.ack is over (1m45s with the alert's own time)" in message


@pytest.mark.parametrize(("ends", "told"), [("for: 30s", True), ("for: 45s", False), ("for: 1m", False)])
def test_a_fault_that_ends_by_time_lasts_as_long_as_its_alert_may_take(wrong: Wrong, ends: str, told: bool) -> None:
    found = wrong((HOLD, ends), (RESPONSE, ""))
    assert bool(found) is told
    if told:
        assert "before alert.PaymentsErrorRate.within is over (45s); raise `for`" in found[0]


def test_impact_over_proves_nothing_where_time_ends_the_impact_first(wrong: Wrong) -> None:
    (message,) = wrong((HOLD, "for: 4m"))
    assert "before within.impact_over is over (5m)" in message


def test_several_faults_count_from_the_first_to_the_end_of_the_last(wrong: Wrong) -> None:
    second = "container_kill, target: shop, at: 60s, for: 30s}"
    assert wrong((f"at: 20s, {HOLD}}}", f"at: 20s, for: 30s}}\n  - {{fault: {second}"), (RESPONSE, "")) == []


def test_a_fault_that_begins_while_its_like_is_in_effect_is_a_mistake(wrong: Wrong) -> None:
    (message,) = wrong((f"{HOLD}}}", f"{HOLD}}}\n  - {{fault: container_pause, target: payments, at: 30s, {HOLD}}}"))
    assert message.endswith("faults[1]: container_pause acts on payments already at that time; let them follow each other")


@pytest.mark.parametrize(("other", "told"), [("container_kill", True), ("cpu_pressure", True), ("bad_deploy, release: v2", True)])
def test_a_fault_that_takes_the_target_from_another_is_a_mistake(wrong: Wrong, other: str, told: bool) -> None:
    found = wrong((f"{HOLD}}}", f"{HOLD}}}\n  - {{fault: {other}, target: payments, at: 30s, {HOLD}}}"))
    assert [m for m in found if "stops payments while" in m] == found
    assert bool(found) is told


def test_two_that_leave_the_target_running_may_meet(wrong: Wrong) -> None:
    two = f"cpu_pressure, target: payments, at: 20s, {HOLD}}}\n  - {{fault: bad_deploy, release: v2, target: payments, at: 30s, {HOLD}}}"
    assert wrong((f"container_pause, target: payments, at: 20s, {HOLD}}}", two)) == []


def test_two_that_follow_each_other_may_be_of_any_kind(wrong: Wrong) -> None:
    assert (
        wrong((f"at: 20s, {HOLD}}}", "at: 20s, for: 3m}\n  - {fault: container_kill, target: payments, at: 200s, for: 3m}"), (RESPONSE, ""))
        == []
    )
