"""Incident not declared."""

from __future__ import annotations

from gameday.model.services import Services
from tests.story import answers, judged, rules

NONE = ("drop incident.declared incident", "end 120s")


def test_a_breach_without_a_declaration_is_a_gap() -> None:
    assert rules(judged(*NONE)) == {"incident_not_declared"}


def test_a_short_impact_is_no_incident() -> None:
    found = judged(*NONE, "bad 10s to 11.5s")
    assert "incident_not_declared" not in rules(found)
    assert answers(found)["criteria"] == "not_applicable"


def test_without_criteria_there_is_none() -> None:
    assert "incident_not_declared" not in rules(judged(*NONE, services=Services()))


def test_before_its_time_is_over_nothing_is_decided() -> None:
    assert answers(judged(NONE[0], "end 40s"))["criteria"] == "undecidable"
