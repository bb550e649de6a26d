"""Cache flush."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gameday.errors import InvalidInput
from gameday.faults.cache_flush import CacheFlush
from gameday.model.host import Ran
from tests.faults.here import HostHere, undone
from tests.faults.place import TARGET, Place

FAULT = CacheFlush(pattern="product:*", at_most=timedelta(seconds=60))


def answering(*said: str) -> Place:
    place = Place()
    place.answers = [Ran(0, one) for one in said]
    return place


def test_its_undo_says_that_nothing_can_be_put_back() -> None:
    undo = FAULT.prepare(answering("12"), TARGET)
    assert undo.irreversible
    assert undo.before["keys"] == "12"
    undo = undo.model_copy(update={"steps": undo.steps[1:]})
    assert undone(undo, HostHere()) == ["was irreversible: what product:* held cannot be put back"]


def test_a_mark_tells_that_it_happened_and_ends_by_itself() -> None:
    place = answering("12")
    FAULT.inject(place, TARGET)
    assert place.ran[0][3:] == ("1", "gameday.fault.cache_flush.c1", "product:*", "70")
    assert FAULT.is_live(answering("1"), TARGET)
    assert not FAULT.is_live(answering("0"), TARGET)


def test_an_empty_cache_is_said() -> None:
    with pytest.raises(InvalidInput, match=r"no key that matches product:\*"):
        FAULT.prepare(answering("0"), TARGET)
