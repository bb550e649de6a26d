"""Retention: what is no history is forgotten, and what history shows never is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gameday.model.slot import Invitation, Seal
from gameday.server.scheduler import Scheduler
from gameday.store.database import Database
from gameday.store.memory import Memory
from gameday.store.outbox import Outbox
from gameday.store.retention import forget
from gameday.store.slots import Slots
from gameday.store.watches import Agents
from tests.server.place import NOON, Place, once

LATER = NOON + timedelta(days=500)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def with_a_past(place: Place) -> Database:
    """A slot that ran, told, seen to by an agent, all of it at noon; and one that was missed much later."""
    place.host("a").enter()
    place.server(once("calm")).tick()
    Agents(place.database).beat("agent-old", "a", 1, NOON)
    posting = Outbox(place.database).begin("calm", NOON, "start", "team", NOON)
    assert posting is not None
    Outbox(place.database).finish(posting, "", NOON)
    Memory(place.database).keep_seals([Seal(schedule="lobby", opens=NOON, closes=LATER, moment=NOON, salt="s")])
    Memory(place.database).approve("calm", NOON, "lead", NOON)
    place.clock.at = LATER
    other = place.server(once("late", LATER), since=LATER - timedelta(hours=1), name="other")
    other.keep = timedelta(days=501)
    other.tick()
    return place.database


def told(place: Place) -> list[str]:
    return [event.schedule for event in Slots(place.database).events()]


def test_what_became_of_a_slot_stays_and_its_steps_go(place: Place) -> None:
    database = with_a_past(place)
    history = Memory(database).records()
    assert forget(database, NOON) == 0
    assert forget(database, NOON + timedelta(seconds=1)) == 3
    assert told(place) == ["late"]
    assert Agents(database).all() == []
    assert Memory(database).records() == history and len(history) == 2
    assert len(Memory(database).took_part(NOON)) == 2
    assert Memory(database).seals() and Memory(database).approvals("calm", NOON)


def test_the_newest_step_stays_so_that_no_number_is_given_again(place: Place) -> None:
    database = with_a_past(place)
    (*_, newest) = Slots(database).events()
    forget(database, LATER + timedelta(days=500))
    assert Slots(database).events() == [newest]


def test_a_notice_is_not_sent_again_while_it_may_be_asked_for(place: Place) -> None:
    database = with_a_past(place)
    forget(database, NOON)
    assert Outbox(database).begin("calm", NOON, "start", "team", LATER) is None


def test_a_server_forgets_what_is_older_than_its_setting_each_hour(place: Place) -> None:
    def steps_of_noon() -> int:
        return sum(event.at == NOON for event in Slots(place.database).events())

    with_a_past(place)
    server: Scheduler = place.server(once("late", LATER), since=LATER, name="third")
    server.keep = timedelta(days=501)
    server.tick()
    assert steps_of_noon() == 1
    server.keep = timedelta(days=499)
    place.clock.go(minutes=59)
    server.tick()
    assert steps_of_noon() == 1
    place.clock.go(minutes=1)
    server.tick()
    assert steps_of_noon() == 0


def test_invitations_to_what_is_over_are_forgotten(place: Place) -> None:
    memory = Memory(place.database)
    one = Invitation(uid="x", feed="participants", schedule="calm", occasion=NOON, digest="d", begins=NOON, ends=LATER, title="t")
    memory.keep_invitations([one, one.model_copy(update={"uid": "y", "ends": LATER + timedelta(seconds=1)})])
    memory.forget_invitations(LATER + timedelta(seconds=1))
    assert [i.uid for i in memory.invitations()] == ["y"]
