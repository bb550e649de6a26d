"""A drill closes when nothing expected can still come, and not before."""

from __future__ import annotations

from datetime import datetime, timedelta

from gameday.conduct.ending import Watched
from gameday.model.event import Event
from tests.story import BEGAN, perfect, record_of, scenario


def watched(until: float, *, drop: str = "") -> Watched:
    """What is known of the perfect drill at a moment."""
    told = Watched(scenario())
    for event in record_of(perfect()).timeline:
        if event.at <= at(until) and event.kind != drop:
            told.take(event)
    if until > 10.25:
        told.impact_began = at(10.25)
    if until > 23:
        told.impact_over = at(18)
    return told


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def test_once_all_came_nothing_is_open() -> None:
    assert watched(59).open_until("scripted") is None


def test_an_alert_that_still_fires_is_waited_for_until_it_has_to_reset() -> None:
    until = watched(25).open_until("scripted")
    assert until is not None
    assert at(58) <= until <= at(60)


def test_what_people_have_not_done_yet_is_waited_for() -> None:
    until = watched(59, drop="page.acked").open_until("scripted")
    assert until is not None
    assert until >= at(75)
    assert watched(59, drop="page.acked").open_until("none") is None


def test_one_missing_declaration_is_waited_for_once() -> None:
    until = watched(59, drop="incident.declared").open_until("scripted")
    assert until is not None
    assert at(55.5) <= until <= at(58)


def test_the_heartbeat_is_no_alert_to_wait_for() -> None:
    told = Watched(scenario())
    (beat, *_) = [e for e in record_of(perfect()).timeline if e.subject.name == "Watchdog"]
    told.take(Event.model_validate(beat.model_dump()))
    assert told.told_firing == set()
