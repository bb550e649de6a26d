"""Alertmanager down."""

from __future__ import annotations

from gameday.faults.alertmanager_down import AlertmanagerDown
from tests.faults.place import PLACE, TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = AlertmanagerDown().prepare(place, TARGET)
    assert place.acts == []
    assert undo.identity == {"container": "c1", "started_at": "t0"}
    assert [s.verb for s in undo.steps] == ["container_start"]


def test_inject_does_one_thing() -> None:
    place = Place()
    AlertmanagerDown().inject(place, TARGET)
    assert place.acts == [("stop", "c1")]


def test_it_is_live_when_the_container_says_so() -> None:
    assert not AlertmanagerDown().is_live(Place(), TARGET)
    broken = Place(**PLACE["kill"])
    assert AlertmanagerDown().is_live(broken, TARGET)
