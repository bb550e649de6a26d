"""Process crash."""

from __future__ import annotations

import signal

import pytest

from gameday.faults.process_crash import ProcessCrash
from tests.faults.place import PLACE, TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = ProcessCrash().prepare(place, TARGET)
    assert (place.acts, place.signals) == ([], [])
    assert [s.verb for s in undo.steps] == ["container_start"]


def test_only_the_main_process_is_killed() -> None:
    place = Place()
    ProcessCrash().inject(place, TARGET)
    assert place.signals == [(10, signal.SIGKILL)]
    assert place.acts == [], "docker kill would count as a stop by hand"


@pytest.mark.parametrize("now", [PLACE["kill"], PLACE["crash"], {"restarting": "true"}])
def test_a_crash_is_seen_before_and_after_the_restart_policy_acts(now: dict[str, str]) -> None:
    assert not ProcessCrash().is_live(Place(), TARGET)
    assert ProcessCrash().is_live(Place(**now), TARGET)
