"""Network loss."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.faults.network_loss import NetworkLoss
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = NetworkLoss(loss=10).prepare(place, TARGET)
    assert place.acts == []
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert undo.before["back_end"] == "nfqueue"


def test_inject_loses_a_share_with_a_seed() -> None:
    place = Place()
    NetworkLoss(loss=12.5, direction="in", peer="db", seed=4).inject(place, TARGET)
    assert place.acts == [("--direction in --peer 10.0.0.9 --deed queue --loss 0.125000 --seed 4", "c1")]


def test_it_is_live_when_rules_are_there_and_somebody_listens() -> None:
    place = Place()
    for answer, live in {"": False, "rules=6 queues=2 shaped=0": True, "rules=6 queues=0 shaped=0": False}.items():
        place.sidecar_says = answer
        assert NetworkLoss(loss=1).is_live(place, TARGET) == live


@pytest.mark.parametrize("loss", [0, -1, 101])
def test_a_share_is_above_0_and_at_most_100(loss: float) -> None:
    with pytest.raises(ValidationError):
        NetworkLoss(loss=loss)
