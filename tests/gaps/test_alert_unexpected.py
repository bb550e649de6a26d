"""Alert unexpected."""

from __future__ import annotations

from tests.story import judged, rules


def test_an_alert_nobody_expected_is_a_gap() -> None:
    (gap,) = judged("add alert.firing DiskAlmostFull at 20s").gaps
    assert (gap.rule, gap.severity, gap.subject.name) == ("alert_unexpected", "S3", "DiskAlmostFull")


def test_one_that_may_come_is_none() -> None:
    assert rules(judged("add alert.firing CheckoutLatencyHigh at 13s")) == set()


def test_one_that_fired_before_the_fault_is_none() -> None:
    assert (
        rules(judged("add alert.firing DiskAlmostFull at 3s", "add alert.delivered DiskAlmostFull at 16s receiver=x status=firing"))
        == set()
    )


def test_in_a_control_run_an_expected_alert_is_one_too() -> None:
    found = judged("bad 0s to 0s", no_fault=True, faults=())
    assert {(g.rule, g.subject.name) for g in found.gaps} == {("alert_unexpected", "PaymentsErrorRate")}


def test_pending_alone_is_no_noise() -> None:
    assert rules(judged("add alert.pending DiskAlmostFull at 20s")) == set()
