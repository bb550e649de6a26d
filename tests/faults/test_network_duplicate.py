"""Network duplicate."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Missing
from gameday.faults.network_duplicate import NetworkDuplicate
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = NetworkDuplicate(duplicate=10, peer="db").prepare(place, TARGET)
    assert place.acts == []
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert (undo.before["back_end"], undo.before["peers"]) == ("nfqueue", "10.0.0.9")


def test_inject_says_how_many_and_which() -> None:
    place = Place()
    NetworkDuplicate(duplicate=12.5, direction="in", port=80, seed=4).inject(place, TARGET)
    assert place.acts == [("--direction in --port 80 --deed queue --duplicate 0.125000 --seed 4", "c1")]


def test_netem_takes_what_leaves_where_there_is_no_queue() -> None:
    place = Place()
    place.network_abilities = {"netem": "", "nfqueue": "ENOENT"}
    assert NetworkDuplicate(duplicate=10, direction="out").prepare(place, TARGET).before["back_end"] == "netem"
    with pytest.raises(Missing, match="nfnetlink_queue"):
        NetworkDuplicate(duplicate=10).prepare(place, TARGET)


def test_it_is_live_when_rules_are_there_and_somebody_listens() -> None:
    place = Place()
    assert not NetworkDuplicate(duplicate=10).is_live(place, TARGET)
    place.sidecar_says = "rules=8 queues=2 shaped=0"
    assert NetworkDuplicate(duplicate=10).is_live(place, TARGET)


@pytest.mark.parametrize("share", [0, 101, -1])
def test_a_share_is_a_percentage(share: float) -> None:
    with pytest.raises(ValidationError):
        NetworkDuplicate(duplicate=share)


def test_its_sidecar_may_send_packets_as_they_are() -> None:
    place = Place()
    NetworkDuplicate(duplicate=1).inject(place, TARGET)
    assert place.sidecars[0].capabilities == ("NET_ADMIN", "NET_RAW")
