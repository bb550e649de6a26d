"""Alert routed to wrong team."""

from __future__ import annotations

from datetime import timedelta

from gameday.model.expectation import AlertExpectation
from gameday.model.services import Services
from tests.review.telling import NOBODY, UNTIL_THE_CEILING, expecting
from tests.story import answers, judged, rules, scenario


def test_a_page_to_another_team_is_the_only_gap() -> None:
    found = judged("set alert.delivered PaymentsErrorRate receiver=platform-pager")
    assert rules(found) == {"alert_routed_to_wrong_team"}
    assert answers(found)["response:ack"] == "not_applicable"


def test_a_copy_to_the_owner_is_enough() -> None:
    assert rules(judged("add alert.delivered PaymentsErrorRate at 15s receiver=platform-pager status=firing")) == set()


def test_without_an_owner_nothing_is_decided() -> None:
    found = judged("set alert.delivered PaymentsErrorRate receiver=platform-pager", services=Services())
    assert "alert_routed_to_wrong_team" not in rules(found)
    assert answers(found)["alert:PaymentsErrorRate:route"] == "undecidable"


DATABASE = AlertExpectation(alert="DatabaseDown", receiver="platform-pager", within=timedelta(seconds=20))
FIRED = ("add alert.firing DatabaseDown at 14s", "add alert.resolved DatabaseDown at 25s")


def test_a_receiver_that_the_scenario_names_is_the_right_one_whoever_owns_the_service() -> None:
    both = expecting(scenario().expect.alerts.expected[0], DATABASE)
    told = "add alert.delivered DatabaseDown at 15s receiver=platform-pager status=firing"
    found = judged(*FIRED, told, scenario=both)
    assert rules(found) == set()
    assert answers(found)["alert:DatabaseDown:route"] == "met"


def test_and_the_owner_is_the_wrong_one_then() -> None:
    both = expecting(scenario().expect.alerts.expected[0], DATABASE)
    told = "add alert.delivered DatabaseDown at 15s receiver=shop-pager status=firing"
    (gap,) = judged(*FIRED, told, scenario=both).gaps
    assert (gap.rule, gap.observed) == ("alert_routed_to_wrong_team", "shop-pager is read by team-shop; it is for team-platform")


def test_where_only_another_team_was_paged_and_nobody_came_that_is_all_there_is_to_say() -> None:
    astray = "set alert.delivered PaymentsErrorRate receiver=platform-pager"
    found = judged(astray, *NOBODY, *UNTIL_THE_CEILING)
    assert rules(found) == {"alert_routed_to_wrong_team"}
