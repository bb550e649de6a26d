"""Container pause."""

from __future__ import annotations

from gameday.faults.container_pause import ContainerPause
from tests.faults.place import PLACE, TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = ContainerPause().prepare(place, TARGET)
    assert place.acts == []
    assert undo.identity == {"container": "c1", "started_at": "t0"}
    assert [s.verb for s in undo.steps] == ["container_unpause"]


def test_inject_does_one_thing() -> None:
    place = Place()
    ContainerPause().inject(place, TARGET)
    assert place.acts == [("pause", "c1")]


def test_it_is_live_when_the_container_says_so() -> None:
    assert not ContainerPause().is_live(Place(), TARGET)
    broken = Place(**PLACE["pause"])
    assert ContainerPause().is_live(broken, TARGET)
