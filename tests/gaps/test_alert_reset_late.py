"""Alert reset late."""

from __future__ import annotations

from tests.story import answers, judged, rules


def test_an_alert_that_goes_on_firing_is_a_gap() -> None:
    assert rules(judged("end 120s", "move alert.resolved PaymentsErrorRate by 60s")) == {"alert_reset_late"}


def test_one_that_never_resolves_is_a_gap_once_its_time_is_over() -> None:
    gone = ("drop alert.resolved PaymentsErrorRate",)
    assert rules(judged(*gone, "end 120s")) == {"alert_reset_late"}
    early = judged(*gone, "end 40s")
    assert rules(early) == set()
    assert answers(early)["alert:PaymentsErrorRate:reset"] == "undecidable"


def test_firing_again_is_not_reset() -> None:
    assert rules(judged("end 120s", "add alert.firing PaymentsErrorRate at 40s")) == {"alert_reset_late"}
