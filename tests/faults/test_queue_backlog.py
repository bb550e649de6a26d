"""Queue backlog."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import InvalidInput, Refused
from gameday.faults.queue_backlog import QueueBacklog
from gameday.model.host import Ran
from tests.faults.place import TARGET, Place

FAULT = QueueBacklog(key="orders", count=500)
ROOMY, TIGHT, ENDLESS = (f"used_memory:1000000\r\nmaxmemory:{n}\r\n" for n in (64_000_000, 1_100_000, 0))


def answering(*said: str) -> Place:
    place = Place()
    place.answers = [Ran(0, one) for one in said]
    return place


def test_the_undo_knows_its_own_entries_by_their_mark() -> None:
    (step,) = FAULT.prepare(answering("none", "0", ROOMY), TARGET).steps
    assert step.verb == "redis_entries_remove"
    place = answering("500")
    FAULT.inject(place, TARGET)
    assert place.ran[0][3:] == ("1", "orders", step.arguments["entry"], "500", "list", "front")
    assert step.arguments["entry"] == "gameday.fault=queue_backlog.c1."


@pytest.mark.parametrize(("said", "live"), [("500", True), ("1", True), ("0", False)])
def test_it_is_live_while_some_wait(said: str, live: bool) -> None:
    assert FAULT.is_live(answering(said), TARGET) is live


def test_what_is_no_queue_or_has_no_room_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is a zset, not a list"):
        FAULT.prepare(answering("zset"), TARGET)
    with pytest.raises(Refused, match="an earlier flood"):
        FAULT.prepare(answering("list", "3"), TARGET)
    with pytest.raises(Refused, match="write no more than 250 in `count`"):
        FAULT.prepare(answering("list", "0", TIGHT), TARGET)
    FAULT.prepare(answering("list", "0", ENDLESS), TARGET)


@pytest.mark.parametrize("wrong", [{"key": ""}, {"key": "a b"}, {"count": 0}, {"count": 1_000_001}, {"kind": "stream"}])
def test_a_flood_has_bounds(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QueueBacklog.model_validate({"key": "orders", "count": 1} | wrong)
