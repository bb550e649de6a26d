"""CPU pressure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from gameday.catalog import fault_of
from gameday.faults.cpu_pressure import CpuPressure
from gameday.model.injection import Injection
from tests.faults.place import TARGET, Place


def test_prepare_only_asks_for_a_shell() -> None:
    place = Place()
    undo = CpuPressure().prepare(place, TARGET)
    assert place.ran == [("sh", "-c", "exit 0")]
    assert place.started == []
    assert [s.verb for s in undo.steps] == ["marked_processes_kill"]


def test_what_is_started_is_what_the_undo_looks_for() -> None:
    place, fault = Place(), CpuPressure(workers=3)
    fault.inject(place, TARGET)
    (script, marker) = place.started[0]
    assert fault.prepare(place, TARGET).steps[0].arguments["marker"] == marker
    assert "i=3;" in script


def test_it_is_live_when_every_worker_runs_and_the_shell_that_waits_for_them() -> None:
    place, fault = Place(), CpuPressure(workers=3)
    fault.inject(place, TARGET)
    place.left = 3
    assert not fault.is_live(place, TARGET)
    place.left = 4
    assert fault.is_live(place, TARGET)


def test_it_ends_by_itself_a_little_after_the_time_of_its_injection() -> None:
    place = Place()
    injection = Injection(fault="cpu_pressure", target="payments", **{"for": timedelta(seconds=30)})  # type: ignore[arg-type]
    fault_of(injection).inject(place, TARGET)
    assert "+ 40))" in place.started[0][0]


@pytest.mark.parametrize("workers", [0, 65, -1])
def test_workers_have_bounds(workers: int) -> None:
    with pytest.raises(ValidationError):
        CpuPressure(workers=workers)
