"""Which source could see when."""

from __future__ import annotations

from datetime import timedelta

from tests.review.telling import seconds
from tests.story import answers, judged, rules, scenario, services


def test_a_canary_that_is_silent_for_a_few_seconds_saw_nothing_in_them() -> None:
    found = judged("blind canary 12s to 20s")
    assert rules(found) == {"observer_blind"}
    assert answers(found)["source:canary"] == "missed"


def test_users_are_not_called_served_where_nobody_looked() -> None:
    assert seconds(judged("blind canary 19s to 29s", "end 90s"), "impact_over") == 29.0


def test_a_slow_canary_is_not_a_blind_one() -> None:
    slow = scenario().canary.model_copy(update={"every": timedelta(seconds=15), "timeout": timedelta(seconds=5)})
    spells = [f"blind canary {n}.1s to {n + 15}s" for n in range(0, 45, 15)]
    found = judged(*spells, "drop source.blind canary", scenario=scenario().model_copy(update={"canary": slow}))
    assert "no sign of life" not in next(v.why for v in found.verdicts if v.key == "source:canary")


def test_too_few_samples_cannot_tell_that_a_fault_had_no_effect() -> None:
    quiet = [f"drop alert.{kind} PaymentsErrorRate" for kind in ("pending", "firing", "resolved", "delivered")]
    found = judged("bad 0s to 0s", *quiet, "move fault.released f1 by -13.2s", "move fault.undone f1 by -13.2s")
    assert answers(found)["fault:f1:effect"] == "undecidable"


UNSEEN = ("bad 10s to 60s", "blind canary 9.1s to 27s", "end 90s")
"""Users are hurt from the fault on, and nobody sees it until 27 s."""
TO_30 = tuple(f"move alert.{kind} PaymentsErrorRate by 25s" for kind in ("pending", "firing", "delivered", "resolved"))


def test_a_notice_in_time_after_an_impact_that_was_seen_late_is_not_known_to_be_in_time() -> None:
    late = answers(judged(*UNSEEN, *TO_30))
    assert late["alert:PaymentsErrorRate:in_time"] == "undecidable"
    assert answers(judged(*UNSEEN, "move alert.delivered PaymentsErrorRate by 10s"))["alert:PaymentsErrorRate:in_time"] == "met"
    assert (
        answers(judged("bad 27s to 60s", "end 90s", *TO_30, "move fault.released f1 by 40s", "move fault.undone f1 by 40s"))[
            "alert:PaymentsErrorRate:in_time"
        ]
        == "met"
    )


def test_an_alert_that_reset_in_time_after_an_end_that_was_seen_late_is_not_known_to_have() -> None:
    unseen = ("blind canary 17s to 60s", "end 120s", "move alert.resolved PaymentsErrorRate by 40s")  # at 67 s; 40 s are allowed
    assert answers(judged(*unseen))["alert:PaymentsErrorRate:reset"] == "undecidable"
    assert (
        answers(judged("bad 10s to 60s", "end 120s", "move alert.resolved PaymentsErrorRate by 40s"))["alert:PaymentsErrorRate:reset"]
        == "met"
    )


def test_an_acknowledgement_after_a_page_that_may_not_have_been_the_first_is_not_known_to_be_in_time() -> None:
    moved = ("move alert.delivered PaymentsErrorRate by 70s", "move page.acked PaymentsErrorRate by 70s", "end 150s", "bad 10s to 100s")
    assert answers(judged(*moved))["response:ack"] == "met"
    assert answers(judged(*moved, "blind pager 11s to 80s"))["response:ack"] == "undecidable"


def test_a_declaration_after_an_acknowledgement_that_may_not_have_been_the_first_is_not_known_to_be_in_time() -> None:
    moved = ("move page.acked PaymentsErrorRate by 40s", "move incident.declared incident by 50s", "end 150s", "bad 10s to 100s")
    assert answers(judged(*moved))["response:declare"] == "met"
    assert answers(judged(*moved, "blind words 11s to 50s"))["response:declare"] == "undecidable"


def test_users_that_may_have_been_served_before_the_fault_was_taken_back_were_not_rescued_by_it_for_sure() -> None:
    unseen = judged("blind canary 17s to 40s", "end 90s")
    assert answers(unseen)["mitigated_by_people"] == "undecidable"
    assert "recovered_by_injector" not in rules(unseen)
    assert "recovered_by_injector" in rules(judged("bad 10s to 40s", "end 90s"))


def test_a_severity_criterion_is_not_met_over_a_time_in_which_nobody_looked() -> None:
    slow = tuple(c.model_copy(update={"lasting": timedelta(seconds=60)}) for c in services().severity)
    team = services().model_copy(update={"severity": slow})
    quiet = ("drop incident.declared incident", "bad 10s to 70.5s", "end 180s")
    assert answers(judged(*quiet, services=team))["criteria"] == "missed"
    assert answers(judged(*quiet, "blind canary 30s to 50s", services=team))["criteria"] == "undecidable"
