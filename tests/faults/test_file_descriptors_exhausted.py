"""File descriptors exhausted."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Refused
from gameday.faults.file_descriptors_exhausted import FileDescriptorsExhausted
from tests.faults.place import TARGET, Place


def test_prepare_keeps_the_limit_from_before() -> None:
    place = Place()
    (step,) = FileDescriptorsExhausted(limit=12).prepare(place, TARGET).steps
    assert (step.verb, step.arguments["before"], step.arguments["injected"]) == ("file_limits_restore", "1024", "12")
    assert place.open_files == 1024


def test_it_is_live_when_the_kernel_says_so() -> None:
    place, fault = Place(), FileDescriptorsExhausted(limit=12)
    assert not fault.is_live(place, TARGET)
    fault.inject(place, TARGET)
    assert fault.is_live(place, TARGET)


def test_a_limit_that_gives_more_than_before_is_refused() -> None:
    with pytest.raises(Refused, match="may open 1024 files already"):
        FileDescriptorsExhausted(limit=1024).prepare(Place(), TARGET)


@pytest.mark.parametrize("limit", [0, 3, -1, 2_000_000])
def test_a_limit_has_bounds(limit: int) -> None:
    with pytest.raises(ValidationError):
        FileDescriptorsExhausted(limit=limit)
