"""Database connections exhausted."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import InvalidInput, Refused
from gameday.faults.database_connections_exhausted import FREE, DatabaseConnectionsExhausted
from gameday.model.host import Ran
from gameday.model.plan import Target
from tests.faults.place import TARGET, Place

FAULT = DatabaseConnectionsExhausted(database="shop")


class Server(Place):
    """A server with so many free connections, asked by an administrator or somebody else."""

    def __init__(self, free: int, administrator: int = 1, ours: int = 0) -> None:
        super().__init__()
        self.free, self.administrator, self.ours = free, administrator, ours

    def run(self, target: Target, *command: str, user: str = "") -> Ran:
        asked = command[-1]
        return Ran(0, str(self.free if asked == FREE else self.administrator if "usesuper" in asked else self.ours))


def test_as_many_sessions_are_opened_as_are_free() -> None:
    place = Server(free=40)
    undo = FAULT.prepare(place, TARGET)
    assert place.started == []
    FAULT.inject(place, TARGET)
    assert place.started[0][0].startswith("i=40;")
    assert [s.verb for s in undo.steps] == ["marked_processes_kill", "postgres_sessions_end"]


@pytest.mark.parametrize(("place", "said"), [(Server(40, administrator=0), "no administrator"), (Server(5_000), "5000 free connections")])
def test_what_could_not_be_ended_again_is_refused(place: Server, said: str) -> None:
    with pytest.raises(Refused, match=said):
        FAULT.prepare(place, TARGET)


def test_a_server_that_does_not_answer_is_said() -> None:
    place = Place()
    place.answer = Ran(2, "psql: error: connection refused")
    with pytest.raises(InvalidInput, match="connection refused"):
        FAULT.prepare(place, TARGET)


@pytest.mark.parametrize(("free", "ours", "live"), [(0, 40, True), (-1, 40, True), (3, 37, False), (0, 0, False)])
def test_it_is_live_when_none_is_free_and_some_are_ours(free: int, ours: int, live: bool) -> None:
    assert FAULT.is_live(Server(free, ours=ours), TARGET) is live


def test_names_can_say_nothing_to_a_shell() -> None:
    with pytest.raises(ValidationError):
        DatabaseConnectionsExhausted(user="x; reboot")
