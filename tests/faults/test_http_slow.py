"""HTTP slow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from gameday.faults.http_slow import HttpSlow
from tests.faults.place import TARGET, Place

FAULT = HttpSlow(port=8000, delay=timedelta(milliseconds=1500))


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    assert [s.verb for s in FAULT.prepare(place, TARGET).steps] == ["sidecar_remove", "network_clear"]
    assert place.acts == []


def test_inject_holds_requests_and_answers_none_itself() -> None:
    place = Place()
    FAULT.model_copy(update={"reconnect": True}).inject(place, TARGET)
    ((order, _),) = place.acts
    assert "--delay 1.500" in order and "--status" not in order and order.endswith("--reconnect")


def test_it_is_live_when_its_rule_is_there() -> None:
    place = Place()
    assert not FAULT.is_live(place, TARGET)
    place.sidecar_says = "rules=1 queues=0 shaped=0"
    assert FAULT.is_live(place, TARGET)


def test_a_request_waits_five_minutes_at_most() -> None:
    with pytest.raises(ValidationError):
        HttpSlow(port=8000, delay=timedelta(minutes=6))
