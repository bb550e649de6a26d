"""Disk slow."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from gameday.errors import Refused
from gameday.faults.disk_slow import DiskSlow
from gameday.model.host import DiskLimit
from tests.faults.place import TARGET, Place

TWO = "/sys/fs/cgroup/system.slice/docker-c1.scope/io.max"


def test_prepare_keeps_what_the_control_files_say() -> None:
    place = Place()
    before = place.disk
    (step,) = DiskSlow(rate=512).prepare(place, TARGET).steps
    assert (step.verb, json.loads(step.arguments["before"]), place.disk) == ("disk_limit_restore", before.files, before)


def test_it_is_live_when_the_kernel_says_so() -> None:
    place, fault = Place(), DiskSlow(rate=512)
    assert not fault.is_live(place, TARGET)
    fault.inject(place, TARGET)
    assert set(place.disk.files.values()) == {"524288"}
    assert fault.is_live(place, TARGET)
    with pytest.raises(Refused, match="at that rate already"):
        fault.prepare(place, TARGET)


def test_of_version_2_only_the_bytes_change() -> None:
    place = Place()
    place.disk = DiskLimit("254:0", {TWO: "rbps=max wbps=max riops=100 wiops=max"})
    DiskSlow(rate=1).inject(place, TARGET)
    assert place.disk.files == {TWO: "rbps=1024 wbps=1024 riops=100 wiops=max"}


@pytest.mark.parametrize("rate", [0, -1, 10_000_001])
def test_a_rate_has_bounds(rate: int) -> None:
    with pytest.raises(ValidationError):
        DiskSlow(rate=rate)
