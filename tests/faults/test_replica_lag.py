"""Replica lag."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gameday.errors import Refused
from gameday.faults.replica_lag import ReplicaLag
from gameday.model.host import Ran
from tests.faults.place import TARGET, Place

LATE = ReplicaLag(delay=timedelta(seconds=30))


def answering(*said: str) -> Place:
    place = Place()
    place.answers = [Ran(0, one) for one in said]
    return place


def test_a_pause_is_undone_by_going_on() -> None:
    (step,) = ReplicaLag().prepare(answering("not paused\n"), TARGET).steps
    assert step.verb == "postgres_replay_resume"
    place = Place()
    ReplicaLag().inject(place, TARGET)
    assert place.ran[0][-1] == "select pg_wal_replay_pause()"


def test_a_delay_is_undone_to_what_was_written_there_before() -> None:
    undo = LATE.prepare(answering("not paused", "5s", "5s"), TARGET)
    assert undo.steps[0].verb == "postgres_setting_restore"
    assert [undo.steps[0].arguments[name] for name in ("setting", "there", "before")] == ["recovery_min_apply_delay", "5s", "5s"]
    place = Place()
    LATE.inject(place, TARGET)
    assert [command[-1] for command in place.ran] == ["alter system set recovery_min_apply_delay = 30000", "select pg_reload_conf()"]


@pytest.mark.parametrize(("state", "why"), [("promoted", "is no standby"), ("paused", "by somebody else")])
def test_a_primary_and_a_standby_that_is_paused_are_refused(state: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        ReplicaLag().prepare(answering(state), TARGET)


@pytest.mark.parametrize(
    ("fault", "said", "live"),
    [(ReplicaLag(), "paused", True), (ReplicaLag(), "pause requested", False), (LATE, "30000.000000", True), (LATE, "0.000000", False)],
)
def test_it_is_live_when_the_standby_says_so(fault: ReplicaLag, said: str, live: bool) -> None:
    assert fault.is_live(answering(said), TARGET) is live
