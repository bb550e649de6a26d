"""Alert routed to wrong team."""

from __future__ import annotations

from gameday.model.services import Services
from tests.story import answers, judged, rules


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
