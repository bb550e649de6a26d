"""Connection reset."""

from __future__ import annotations

from gameday.faults.connection_reset import ConnectionReset
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = ConnectionReset(peer="db").prepare(place, TARGET)
    assert place.acts == []
    assert undo.identity == {"container": "c1", "started_at": "t0"}
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert undo.before["back_end"] == "nftables-owner"


def test_inject_resets_what_it_names() -> None:
    place = Place()
    ConnectionReset(peer="db", port=5432).inject(place, TARGET)
    assert place.acts == [("--direction both --peer 10.0.0.9 --port 5432 --deed reset", "c1")]


def test_it_is_live_when_the_rules_are_there() -> None:
    place = Place()
    assert not ConnectionReset().is_live(place, TARGET)
    place.sidecar_says = "rules=6 queues=0 shaped=0"
    assert ConnectionReset().is_live(place, TARGET)
