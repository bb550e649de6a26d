"""Memory pressure."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Refused
from gameday.faults.memory_pressure import MemoryPressure
from gameday.model.host import Ran
from tests.faults.place import TARGET, Place

LIMITED = {"memory_limit": str(128 * 2**20)}


def test_the_undo_ends_its_processes_and_starts_what_the_kernel_killed() -> None:
    undo = MemoryPressure(megabytes=80).prepare(Place(**LIMITED), TARGET)
    assert [s.verb for s in undo.steps] == ["marked_processes_kill", "container_start"]


@pytest.mark.parametrize(("state", "megabytes", "said"), [({}, 80, "no memory limit"), (LIMITED, 129, "may use 128 MB")])
def test_the_host_itself_is_never_short_of_memory(state: dict[str, str], megabytes: int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        MemoryPressure(megabytes=megabytes).prepare(Place(**state), TARGET)


def test_without_its_programs_it_is_refused() -> None:
    place = Place(**LIMITED)
    place.answer = Ran(1, "")
    with pytest.raises(Refused, match="`head`"):
        MemoryPressure(megabytes=80).prepare(place, TARGET)


def test_it_is_live_when_so_much_is_held() -> None:
    place, fault = Place(**LIMITED), MemoryPressure(megabytes=80)
    place.answer = Ran(0, "90000\n")
    assert not fault.is_live(place, TARGET), "memory of others is none of it"
    fault.inject(place, TARGET)
    place.left = 3
    assert fault.is_live(place, TARGET)
    place.answer = Ran(0, "60000\n")
    assert not fault.is_live(place, TARGET)


@pytest.mark.parametrize("megabytes", [0, -5, 70_000])
def test_megabytes_have_bounds(megabytes: int) -> None:
    with pytest.raises(ValidationError):
        MemoryPressure(megabytes=megabytes)
