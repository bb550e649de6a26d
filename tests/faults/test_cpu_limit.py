"""CPU limit."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Refused
from gameday.faults.cpu_limit import CpuLimit
from tests.faults.place import TARGET, Place


def test_prepare_keeps_the_text_of_the_control_file() -> None:
    place = Place()
    (step,) = CpuLimit(cpus=0.2).prepare(place, TARGET).steps
    assert (step.verb, step.arguments["text"], place.quota.text) == ("control_file_restore", "-1", "-1")


def test_it_is_live_when_the_kernel_says_so() -> None:
    place, fault = Place(), CpuLimit(cpus=0.2)
    assert not fault.is_live(place, TARGET)
    fault.inject(place, TARGET)
    assert fault.is_live(place, TARGET)


def test_a_limit_that_gives_more_than_before_is_refused() -> None:
    place = Place()
    place.set_cpu_quota(TARGET, 0.1)
    with pytest.raises(Refused, match=r"0\.1 processors already"):
        CpuLimit(cpus=0.2).prepare(place, TARGET)


@pytest.mark.parametrize("cpus", [0, -1, 65, 0.001])
def test_cpus_have_bounds(cpus: float) -> None:
    with pytest.raises(ValidationError):
        CpuLimit(cpus=cpus)
