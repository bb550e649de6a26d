"""Process hang."""

from __future__ import annotations

import signal

import pytest

from gameday.errors import Refused
from gameday.faults.process_hang import ProcessHang
from gameday.model.host import HostProcess
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = ProcessHang().prepare(place, TARGET)
    assert place.signals == []
    assert [(s.verb, s.arguments) for s in undo.steps] == [("processes_continue", {"container": "c1"})]


def test_what_somebody_else_stopped_is_not_ours_to_continue() -> None:
    place = Place()
    place.inside[1] = HostProcess(11, "2", "T")
    with pytest.raises(Refused, match="stopped already"):
        ProcessHang().prepare(place, TARGET)


def test_every_process_is_stopped() -> None:
    place = Place()
    ProcessHang().inject(place, TARGET)
    assert set(place.signals) == {(10, signal.SIGSTOP), (11, signal.SIGSTOP)}


def test_it_is_live_when_the_kernel_says_stopped() -> None:
    place = Place()
    assert not ProcessHang().is_live(place, TARGET)
    place.inside = [HostProcess(10, "1", "T"), HostProcess(11, "2", "T"), HostProcess(12, "9", "S")]
    assert ProcessHang().is_live(place, TARGET), "a health check that has just begun changes nothing"
