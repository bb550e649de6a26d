"""DNS failure."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Missing
from gameday.faults.dns_failure import DnsFailure
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = DnsFailure().prepare(place, TARGET)
    assert place.acts == []
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert undo.before["back_end"] == "nfqueue"


def test_inject_names_names_and_what_is_answered() -> None:
    place = Place()
    DnsFailure.model_validate({"names": ["payments", "API.example.com"], "answer": "servfail"}).inject(place, TARGET)
    DnsFailure().inject(place, TARGET)
    assert [order for order, _ in place.acts] == [
        "--direction in --deed resolve --answer servfail --name payments --name api.example.com",
        "--direction in --deed resolve --answer nxdomain",
    ]


def test_it_is_live_when_answers_are_caught_and_somebody_reads_them() -> None:
    place = Place()
    for answer, live in {"": False, "rules=2 queues=1 shaped=0": True, "rules=2 queues=0 shaped=0": False}.items():
        place.sidecar_says = answer
        assert DnsFailure().is_live(place, TARGET) == live


def test_a_host_without_the_queue_is_told_what_it_lacks() -> None:
    place = Place()
    place.network_abilities = {"nfqueue": "ENOENT", "nftables": ""}
    with pytest.raises(Missing, match="nfnetlink_queue"):
        DnsFailure().prepare(place, TARGET)


@pytest.mark.parametrize("name", ["", "-x", "a b", "http://db", "*.example.com", "a..b", "x" * 300])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is not a name; write it as programs ask for it"):
        DnsFailure.model_validate({"names": [name]})
