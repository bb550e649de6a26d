"""Network partition."""

from __future__ import annotations

import pytest

from gameday.errors import Missing
from gameday.faults.network_partition import NetworkPartition
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = NetworkPartition(peer="db").prepare(place, TARGET)
    assert place.acts == []
    assert undo.identity == {"container": "c1", "started_at": "t0"}
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert undo.before["back_end"] == "nftables-owner"


def test_inject_drops_what_it_names_and_nothing_else() -> None:
    place = Place()
    NetworkPartition(peer="db", port=5432, direction="out").inject(place, TARGET)
    assert place.acts == [("--direction out --peer 10.0.0.9 --port 5432 --deed drop", "c1")]


def test_without_peer_and_port_it_is_the_whole_network() -> None:
    place = Place()
    NetworkPartition().inject(place, TARGET)
    assert place.acts == [("--direction both --deed drop", "c1")]


def test_it_is_live_when_the_rules_are_there() -> None:
    place = Place()
    assert not NetworkPartition().is_live(place, TARGET)
    place.sidecar_says = "rules=6 queues=0 shaped=0"
    assert NetworkPartition().is_live(place, TARGET)


def test_an_older_kernel_has_a_table_without_an_owner_and_none_is_refused() -> None:
    place = Place()
    place.network_abilities = {"nftables-owner": "EINVAL", "nftables": ""}
    assert NetworkPartition().prepare(place, TARGET).before["back_end"] == "nftables"
    place.network_abilities = {"nftables-owner": "EINVAL", "nftables": "ENOENT"}
    with pytest.raises(Missing, match=r"nf_tables\): ENOENT"):
        NetworkPartition().prepare(place, TARGET)
