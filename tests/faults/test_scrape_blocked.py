"""Scrape blocked."""

from __future__ import annotations

from gameday.faults.scrape_blocked import ScrapeBlocked
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = ScrapeBlocked(prometheus="db").prepare(place, TARGET)
    assert place.acts == []
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert (undo.before["back_end"], undo.before["peers"]) == ("nftables-owner", "10.0.0.9")


def test_inject_drops_what_prometheus_sends_and_nothing_else() -> None:
    place = Place()
    ScrapeBlocked(prometheus="10.9.9.9", port=8000).inject(place, TARGET)
    ScrapeBlocked().inject(place, TARGET)
    assert [order for order, _ in place.acts] == [
        "--direction in --peer 10.9.9.9 --port 8000 --deed drop",
        "--direction in --peer 10.0.0.7 --deed drop",
    ]


def test_it_is_live_when_the_rules_are_there() -> None:
    place = Place()
    assert not ScrapeBlocked().is_live(place, TARGET)
    place.sidecar_says = "rules=4 queues=0 shaped=0"
    assert ScrapeBlocked().is_live(place, TARGET)
