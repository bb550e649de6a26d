"""Container stop."""

from __future__ import annotations

from gameday.environments.compose_project import STOP_GRACE
from gameday.faults.container_stop import LANDS_WITHIN, ContainerStop
from tests.faults.place import PLACE, TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = ContainerStop().prepare(place, TARGET)
    assert place.acts == []
    assert undo.identity == {"container": "c1", "started_at": "t0"}
    assert [s.verb for s in undo.steps] == ["container_start"]


def test_inject_does_one_thing() -> None:
    place = Place()
    ContainerStop().inject(place, TARGET)
    assert place.acts == [("stop", "c1")]


def test_it_is_live_when_the_container_says_so() -> None:
    assert not ContainerStop().is_live(Place(), TARGET)
    broken = Place(**PLACE["kill"])
    assert ContainerStop().is_live(broken, TARGET)


def test_its_undo_waits_longer_than_a_stop_takes() -> None:
    assert float(LANDS_WITHIN) > STOP_GRACE + 1
