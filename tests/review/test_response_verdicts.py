"""Did the response go as the scenario says: what counts, from when, and when nobody can know."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.review.telling import ALERT, within
from tests.story import answers, judged, rules, scenario


@pytest.mark.parametrize("who", ["platform-pager", "Watchdog"])
def test_an_acknowledgement_of_something_else_does_not_answer_the_page(who: str) -> None:
    (gap,) = judged("drop page.acked", f"add page.acked {who} at 16s", "end 120s").gaps
    assert (gap.rule, gap.subject.name) == ("page_unacknowledged", "shop-pager")


@pytest.mark.parametrize("who", ["ack", "shop-pager", "PaymentsErrorRate"])
def test_an_acknowledgement_by_any_name_of_the_page_does(who: str) -> None:
    assert rules(judged("drop page.acked", f"add page.acked {who} at 16s", "end 120s")) == set()


def test_the_page_counts_from_the_owners_not_from_another_teams_copy() -> None:
    copy = "add alert.delivered PaymentsErrorRate at 14.5s receiver=platform-pager status=firing"
    span = judged(copy).durations["time_to_acknowledge"]
    assert span.seconds == 0.5


def test_whoever_acts_before_the_page_took_no_time() -> None:
    early = [
        f"move {kind} by -3s" for kind in ("page.acked PaymentsErrorRate", "incident.declared incident", "change.flag checkout_unpaid")
    ]
    found = judged(*early, "bad 10.2s to 14.5s")
    assert rules(found) == set()
    assert {name: s.seconds for name, s in found.durations.items() if s.seconds < 0} == {}
    assert found.durations["time_to_acknowledge"].seconds == 0.0


def test_an_impact_that_ended_by_itself_needed_no_mitigation() -> None:
    found = judged("move change.flag checkout_unpaid by 120s", "end 200s")
    assert rules(found) == set()
    assert answers(found)["response:first_mitigation"] == "undecidable"


def test_what_was_seen_late_may_have_come_while_nobody_looked() -> None:
    found = judged("blind words 14s to 19s", "add page.acked PaymentsErrorRate at 90s", "end 120s")
    assert rules(found) == {"observer_blind"}
    assert answers(found)["response:ack"] == "undecidable"


def late_flag(by: float) -> tuple[str, ...]:
    """The mitigation, and the end of the impact with it, so many seconds later."""
    moved = [
        f"move {what} by {by:g}s"
        for what in ("change.flag checkout_unpaid", "fault.released f1", "fault.undone f1", f"alert.resolved {ALERT}")
    ]
    return (*moved, f"bad 10.2s to {18 + by:g}s", f"end {100 + by:g}s")


def test_an_acknowledgement_that_may_have_come_unseen_makes_nothing_after_it_late() -> None:
    found = judged(f"move page.acked {ALERT} by 80s", "blind words 80s to 100s", *late_flag(158))
    assert rules(found) == {"page_unacknowledged", "observer_blind"}
    assert answers(found)["response:first_mitigation"] == "undecidable"


def test_a_page_that_may_have_come_unseen_makes_nothing_after_it_late() -> None:
    nobody = ("drop page.acked", "drop incident.declared", "drop incident.severity", "drop incident.role")
    found = judged("blind pager 12s to 300s", *nobody, *late_flag(290))
    assert rules(found) == {"observer_blind"}
    assert {answers(found)[key] for key in ("response:first_mitigation", "response:declare", "criteria")} == {"undecidable"}


def test_where_nothing_says_by_when_to_acknowledge_what_came_soon_after_the_usual_time_is_not_late() -> None:
    budgets = within(first_mitigation=30, ack=None, declare=None)
    asked = answers(judged("drop page.acked", *late_flag(35), scenario=budgets))
    assert asked["response:first_mitigation"] == "undecidable"
    assert answers(judged(*late_flag(35), scenario=budgets))["response:first_mitigation"] == "missed", "it was seen to be acknowledged"
    assert answers(judged("drop page.acked", *late_flag(400), scenario=budgets))["response:first_mitigation"] == "missed"


def test_after_the_impact_no_more_updates_are_due() -> None:
    updates = scenario().expect.response.updates.model_copy(update={"every": timedelta(seconds=60)})
    response = scenario().expect.response.model_copy(update={"updates": updates})
    often = scenario().model_copy(update={"expect": scenario().expect.model_copy(update={"response": response})})
    late = "add comm.public status at 170s state=ok"
    assert answers(judged(late, "end 200s", scenario=often))["response:updates"] == "met"
    assert answers(judged(late, *late_flag(170), scenario=often))["response:updates"] == "missed"
    none = ("drop comm.public", "drop comm.internal")
    assert answers(judged(*none, scenario=often))["response:updates"] == "not_applicable"
    assert answers(judged(*none, "blind words 12s to 55s", scenario=often))["response:updates"] == "undecidable"


def test_where_nobody_saw_how_long_users_were_hurt_no_mitigation_is_missing() -> None:
    ends = ("drop change.flag", "move fault.released f1 by 250s", "move fault.undone f1 by 250s", "bad 10.2s to 45s", "end 300s")
    found = judged(*ends, "blind canary 40s to 299s")
    assert rules(found) == {"observer_blind"}
    assert next(s.status for s in found.steps if s.id == "m1") == "undecidable"
