"""Database locks."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import InvalidInput
from gameday.faults.database_locks import DatabaseLocks
from gameday.model.host import Ran
from tests.faults.place import TARGET, Place

FAULT = DatabaseLocks(database="shop", table="orders")


def answering(output: str, code: int = 0) -> Place:
    place = Place()
    place.answer = Ran(code, output)
    return place


def test_the_undo_ends_the_session_by_its_name() -> None:
    place = answering("t\n")
    undo = FAULT.prepare(place, TARGET)
    assert [s.verb for s in undo.steps] == ["marked_processes_kill", "postgres_sessions_end"]
    FAULT.inject(place, TARGET)
    script, marker = place.started[0]
    assert f"PGAPPNAME={undo.steps[1].arguments['marker']} " in script
    assert marker == undo.steps[0].arguments["marker"]


@pytest.mark.parametrize(("answer", "code", "said"), [("f", 0, "has no table orders"), ("no such role", 2, "does not let postgres ask")])
def test_what_cannot_be_locked_is_said_before_anything_is(answer: str, code: int, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        FAULT.prepare(answering(answer, code), TARGET)


@pytest.mark.parametrize(("answer", "live"), [("1", True), ("0", False)])
def test_it_is_live_when_the_lock_is_granted(answer: str, live: bool) -> None:
    assert FAULT.is_live(answering(answer), TARGET) is live


@pytest.mark.parametrize("table", ["orders; drop table orders", "a'b", "", "a.b.c", "-x"])
def test_a_table_can_say_nothing_to_a_shell_or_a_server(table: str) -> None:
    with pytest.raises(ValidationError):
        DatabaseLocks(database="shop", table=table)
