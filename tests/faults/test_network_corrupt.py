"""Network corrupt."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Missing
from gameday.faults.network_corrupt import NetworkCorrupt
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = NetworkCorrupt(corrupt=10, peer="db").prepare(place, TARGET)
    assert place.acts == []
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert (undo.before["back_end"], undo.before["peers"]) == ("nfqueue", "10.0.0.9")


def test_inject_says_how_many_and_which() -> None:
    place = Place()
    NetworkCorrupt(corrupt=12.5, direction="in", port=80, seed=4).inject(place, TARGET)
    assert place.acts == [("--direction in --port 80 --deed queue --corrupt 0.125000 --seed 4", "c1")]


def test_netem_takes_what_leaves_where_there_is_no_queue() -> None:
    place = Place()
    place.network_abilities = {"netem": "", "nfqueue": "ENOENT"}
    assert NetworkCorrupt(corrupt=10, direction="out").prepare(place, TARGET).before["back_end"] == "netem"
    with pytest.raises(Missing, match="nfnetlink_queue"):
        NetworkCorrupt(corrupt=10).prepare(place, TARGET)


def test_it_is_live_when_rules_are_there_and_somebody_listens() -> None:
    place = Place()
    assert not NetworkCorrupt(corrupt=10).is_live(place, TARGET)
    place.sidecar_says = "rules=8 queues=2 shaped=0"
    assert NetworkCorrupt(corrupt=10).is_live(place, TARGET)


@pytest.mark.parametrize("share", [0, 101, -1])
def test_a_share_is_a_percentage(share: float) -> None:
    with pytest.raises(ValidationError):
        NetworkCorrupt(corrupt=share)
