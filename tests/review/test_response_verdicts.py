"""Did the response go as the scenario says: what counts, from when, and when nobody can know."""

from __future__ import annotations

import pytest

from tests.story import answers, judged, rules


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
