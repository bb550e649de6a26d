"""Network latency."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gameday.errors import Missing
from gameday.faults.network_latency import NetworkLatency
from tests.faults.place import TARGET, Place


def latency(**fields: object) -> NetworkLatency:
    return NetworkLatency.model_validate({"delay": "100ms", **fields})


def order_of(fault: NetworkLatency) -> str:
    place = Place()
    fault.inject(place, TARGET)
    ((order, container),) = place.acts
    assert container == "c1"
    return order


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = latency(peer="shop").prepare(place, TARGET)
    assert place.acts == []
    assert undo.identity == {"container": "c1", "started_at": "t0"}
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert undo.before["back_end"] == "nfqueue"
    assert undo.before["peers"] == "10.0.0.3, 10.0.0.4"


def test_a_round_trip_gets_what_was_asked_for() -> None:
    assert "--direction both --deed queue --delay 0.050000" in order_of(latency())
    assert "--direction in --deed queue --delay 0.100000" in order_of(latency(direction="in"))


def test_jitter_is_shared_between_the_two_ways() -> None:
    assert "--jitter 0.010000 --distribution uniform --seed 3" in order_of(latency(jitter="20ms", seed=3))
    assert "--jitter 0.014142 --distribution normal" in order_of(latency(jitter="20ms", distribution="normal"))


def test_a_service_is_its_addresses_and_a_network_is_itself() -> None:
    assert "--peer 10.0.0.3 --peer 10.0.0.4 --port 80" in order_of(latency(peer="shop", port=80))
    assert "--peer 10.9.0.0/16" in order_of(latency(peer="10.9.0.0/16"))


def test_the_first_back_end_that_can_is_taken() -> None:
    place = Place()
    place.network_abilities = {"netem": "", "nfqueue": ""}
    assert latency(direction="out").prepare(place, TARGET).before["back_end"] == "netem"
    assert latency().prepare(place, TARGET).before["back_end"] == "nfqueue"
    # Jitter has a seed and keeps connections in order; netem does neither.
    assert latency(direction="out", jitter="5ms").prepare(place, TARGET).before["back_end"] == "nfqueue"


def test_what_the_host_lacks_is_named() -> None:
    place = Place()
    place.network_abilities = {"netem": "Specified qdisc kind is unknown.", "nfqueue": "ENOENT"}
    with pytest.raises(
        Missing,
        match=r"netem \(kernel modules sch_netem, sch_htb and cls_u32\): Specified qdisc kind is unknown.*nfnetlink_queue\): ENOENT",
    ):
        latency(direction="out").prepare(place, TARGET)


def test_it_is_live_when_rules_are_there_and_somebody_listens() -> None:
    place = Place()
    for answer, live in {
        "": False,
        "rules=6 queues=2 shaped=0": True,
        "rules=6 queues=1 shaped=0": False,
        "rules=0 queues=2 shaped=0": False,
        "rules=0 queues=0 shaped=1": True,
    }.items():
        place.sidecar_says = answer
        assert latency().is_live(place, TARGET) == live, answer
    place.sidecar_says = "rules=3 queues=1 shaped=0"
    assert latency(direction="in").is_live(place, TARGET)


def test_the_same_fault_on_the_same_container_has_one_name() -> None:
    name = latency().named(TARGET)[0]
    assert latency().named(TARGET)[0] == name
    assert latency(delay="101ms").named(TARGET)[0] != name
    assert latency().named(TARGET.model_copy(update={"container": "c2"}))[0] != name


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"delay": "0s"}, "longer than 0s"),
        ({"delay": "2m"}, "over 60s"),
        ({"jitter": "101ms"}, "longer than delay"),
        ({"direction": "sideways"}, "'in', 'out' or 'both'"),
        ({"peer": "shop; rm -rf /"}, "neither the name of a service nor an address"),
        ({"peer": "--deed"}, "neither the name of a service nor an address"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"port": 70_000}, "less than or equal to 65535"),
        ({"distribution": "pareto"}, "'uniform' or 'normal'"),
        ({"rate": 1}, "not permitted"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        latency(**fields)
