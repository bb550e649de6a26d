"""Network bandwidth."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Missing
from gameday.faults.network_bandwidth import NetworkBandwidth
from tests.faults.place import TARGET, Place


def bandwidth(**fields: object) -> NetworkBandwidth:
    return NetworkBandwidth.model_validate({"rate": "1.5mbit", **fields})


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = bandwidth(peer="db").prepare(place, TARGET)
    assert place.acts == []
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]


def test_inject_says_the_rate_in_bits() -> None:
    place = Place()
    bandwidth(port=80).inject(place, TARGET)
    assert place.acts == [("--direction both --port 80 --deed queue --rate 1500000", "c1")]


def test_the_kernel_shapes_what_leaves_where_it_can() -> None:
    place = Place()
    place.network_abilities = {"tbf": "", "nfqueue": ""}
    assert bandwidth(direction="out").prepare(place, TARGET).before["back_end"] == "tbf"
    assert bandwidth(direction="in").prepare(place, TARGET).before["back_end"] == "nfqueue"
    place.network_abilities = {"tbf": "Specified qdisc kind is unknown.", "nfqueue": "ENOENT"}
    with pytest.raises(Missing, match=r"sch_tbf, sch_htb and cls_u32\): Specified qdisc kind is unknown.*nfnetlink_queue\): ENOENT"):
        bandwidth(direction="out").prepare(place, TARGET)


def test_it_is_live_by_either_back_end() -> None:
    place = Place()
    for answer, live in {"": False, "rules=4 queues=2 shaped=0": True, "rules=0 queues=0 shaped=1": True}.items():
        place.sidecar_says = answer
        assert bandwidth().is_live(place, TARGET) == live, answer


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        ("1mbps", "write 1mbit; rates are in bits a second"),
        ("fast", "512kbit, 10mbit"),
        ("1kbit", "between 8kbit and 100mbit"),
        ("1gbit", "100mbit"),
    ],
)
def test_a_rate_that_cannot_be_held_is_refused(rate: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        bandwidth(rate=rate)
