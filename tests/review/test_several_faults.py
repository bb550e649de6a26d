"""Several faults in one drill: each judged by itself, the impact as a whole, and what ended it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from gameday.gaps import GAPS
from gameday.model.expectation import AlertExpectation
from gameday.model.plan import PlannedFault
from gameday.model.record import FaultRecord
from gameday.model.review import Review
from gameday.model.scenario import Scenario
from gameday.review.judge import review
from tests.review.telling import ALERT, expecting, within
from tests.story import BEGAN, Story, _planned, answers, record_of, rules, scenario, story
from tests.story import judged as told_alone


def second(armed: float, ended: float) -> FaultRecord:
    def at(seconds: float) -> datetime:
        return BEGAN + timedelta(seconds=seconds)

    return FaultRecord("f2", "container_kill", "shop", "undone", at(armed - 0.1), at(armed), at(ended), "worker", "started")


def judged(told: Story, other: FaultRecord | None, page: Scenario | None = None) -> Review:
    used = page or scenario()
    first = _planned()
    planned: tuple[PlannedFault, ...] = (first, first.model_copy(update={"id": "f2", "fault": "container_kill"}))
    record = record_of(told, faults=planned, scenario=used.model_copy(update={"faults": used.faults * 2}))
    return review(replace(record, faults=(*record.faults, *([other] if other else []))), GAPS.values())


def both(*lines: str, armed: float = 11.0, ended: float = 24.0) -> Story:
    return story(
        f"add fault.armed f2 at {armed}s",
        f"add fault.released f2 at {ended}s why=time",
        f"add fault.undone f2 at {ended}s by=worker",
        *lines,
    )


def test_two_faults_mitigated_under_both_have_no_gap() -> None:
    found = judged(both(), second(11, 24))
    assert rules(found) == set()
    verdicts = answers(found)
    assert {verdicts[f"fault:{f}:{what}"] for f in ("f1", "f2") for what in ("effect", "removed")} == {"met"}
    assert verdicts["mitigated_by_people"] == "met"
    assert found.safety.removed_and_verified == 2


def test_one_that_failed_to_inject_is_a_gap_and_the_other_is_judged() -> None:
    found = judged(story("add fault.failed f2 at 12s why=refused"), None)
    assert rules(found) == {"fault_without_effect"}
    assert answers(found)["fault:f1:effect"] == "met"


def test_a_drill_whose_first_fault_was_never_injected_judges_from_the_next() -> None:
    found = judged(story("add fault.failed f2 at 1s why=refused"), None)
    assert answers(found)["alert:PaymentsErrorRate:in_time"] == "met"


def test_an_impact_that_ends_with_one_faults_time_is_not_the_responses() -> None:
    """Under the second fault users were served all along: the end of the first one explains it, as nobody did anything."""
    quiet = ("drop change.flag", "move fault.released f1 by -6s", "move fault.undone f1 by -6s")
    found = judged(both(*quiet, ended=40.0), second(11, 40))
    assert answers(found)["mitigated_by_people"] == "missed"


def test_what_people_did_after_one_fault_had_ended_and_under_the_other_is_theirs() -> None:
    early = ("move fault.released f1 by -10s", "move fault.undone f1 by -10s")
    found = judged(both(*early, ended=40.0), second(11, 40))
    assert answers(found)["mitigated_by_people"] == "met"


def test_a_second_impact_under_a_later_fault_belongs_to_the_drill() -> None:
    found = judged(both("bad again 46s to 60s", "end 90s", armed=45.0, ended=70.0), second(45, 70))
    assert found.milestones["impact_began"] == BEGAN + timedelta(seconds=10.25)
    assert found.milestones["impact_over"] == BEGAN + timedelta(seconds=60)
    assert found.impact.seconds == 7.75 + 14


def test_bad_samples_after_the_last_fault_are_no_second_impact() -> None:
    found = judged(both("bad again 75s to 80s", "end 110s", armed=45.0, ended=70.0), second(45, 70))
    assert found.milestones["impact_over"] == BEGAN + timedelta(seconds=18)
    assert found.impact.seconds == 7.75


def test_one_whose_trigger_never_came_is_judged_in_nothing_and_is_no_gap() -> None:
    found = judged(story("add fault.not_triggered f2 at 12s why=too-late"), None)
    assert answers(found)["fault:f2:effect"] == "not_applicable"
    assert found.gaps == ()


LATER = ("add fault.armed f2 at 45s", "add fault.released f2 at 80s why=time", "add fault.undone f2 at 80s by=worker", "end 100s")


def test_what_was_taken_back_before_an_impact_began_did_not_end_it() -> None:
    found = judged(story(*LATER, "bad again 46s to 60s", f"move alert.resolved {ALERT} by 40s"), second(45, 80))
    assert answers(found)["mitigated_by_people"] == "met"


def test_an_earlier_impact_that_the_drill_ended_is_told_though_people_ended_the_last() -> None:
    flag = ("drop change.flag", "add change.flag checkout_unpaid at 59s value=on")
    found = judged(story(*LATER, *flag, "bad 10.2s to 25s", "bad again 46s to 60s"), second(45, 80))
    assert rules(found) == {"recovered_by_injector"}


def test_an_alert_counts_from_the_impact_that_it_came_in() -> None:
    slow = AlertExpectation(alert="CheckoutSlow", receiver="shop-pager", within=timedelta(seconds=20))
    told = (
        "add alert.firing CheckoutSlow at 50s", "add alert.delivered CheckoutSlow at 51s receiver=shop-pager status=firing",
        "add alert.resolved CheckoutSlow at 65s",
    )  # fmt: skip
    both = expecting(scenario().expect.alerts.expected[0], slow)
    found = judged(story(*LATER, *told, "bad again 46s to 60s"), second(45, 80), both)
    assert answers(found)["alert:CheckoutSlow:in_time"] == "met"


def test_one_that_came_soon_after_a_second_fault_in_one_long_impact_may_be_about_that() -> None:
    slow = AlertExpectation(alert="CheckoutSlow", receiver="shop-pager", within=timedelta(seconds=20))
    told = ("add alert.firing CheckoutSlow at 50s", "add alert.delivered CheckoutSlow at 51s receiver=shop-pager status=firing")
    both = expecting(scenario().expect.alerts.expected[0], slow)
    found = judged(story(*LATER, *told, "bad 10.2s to 60s"), second(45, 80), both)
    assert answers(found)["alert:CheckoutSlow:in_time"] == "undecidable"


def test_two_short_impacts_are_no_long_one() -> None:
    quiet = [f"drop alert.{kind} {ALERT}" for kind in ("pending", "firing", "delivered", "resolved")]
    found = judged(story(*LATER, *quiet, "bad again 46s to 54s"), second(45, 80))
    assert answers(found)[f"alert:{ALERT}:fires"] == "undecidable"
    apart = story(*LATER, "bad again 46s to 54s", "add change.flag checkout_unpaid at 53s value=on")
    assert answers(judged(apart, second(45, 80), within(impact_over=20)))["response:impact_over"] == "met"


def test_users_who_were_hurt_only_after_the_fault_were_not_hurt_by_it() -> None:
    late = [f"move alert.{kind} {ALERT} by 20s" for kind in ("pending", "firing", "delivered", "resolved")]
    found = told_alone("bad 30s to 40s", *late, "drop change.flag", "end 90s")
    assert rules(found) == set()
    assert answers(found)["fault:f1:effect"] == "undecidable"


def test_an_alert_without_any_impact_is_not_late_after_it() -> None:
    late = [f"move alert.{kind} {ALERT} by 30s" for kind in ("pending", "firing", "delivered", "resolved")]
    found = told_alone("bad 0s to 0s", *late, "end 90s")
    assert rules(found) == {"fault_without_effect"}
    assert answers(found)[f"alert:{ALERT}:in_time"] == "undecidable"
