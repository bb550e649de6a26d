"""Network faults on real packets: in effect, narrowed, put back, and gone with their sidecar."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gameday.faults.connection_reset import ConnectionReset
from gameday.faults.network_latency import NetworkLatency
from gameday.faults.network_loss import NetworkLoss
from gameday.faults.network_partition import NetworkPartition
from gameday.model.protocols import Fault
from gameday.undo.ledger import Ledger
from tests.sandbox.conftest import await_that
from tests.sandbox.network.conftest import ASK, PROJECT, Drill, docker, pooled, trip, whole_network


def test_a_hundred_milliseconds_are_a_hundred_milliseconds_at_sixteen_connections(drill: Drill) -> None:
    figures = {}
    for kind in ("tcp", "udp"):
        figures[kind] = [trip("shop", "payments", kind, many=16, rounds=6)]
    drill.break_it(NetworkLatency.model_validate({"delay": "100ms"}))
    for kind, found in figures.items():
        found.append(trip("shop", "payments", kind, many=16, rounds=12))
        untouched, delayed = found
        assert untouched and delayed
        added = delayed.median - untouched.median
        print(f"{kind}: untouched p50 {untouched.median:.2f}; +100 ms gives p50 {delayed.median:.2f}, p99 {delayed.at(0.99):.2f} ms")
        assert delayed.took[0] >= 100
        assert 99 < added < 110


@pytest.mark.parametrize("direction", ["in", "out"])
def test_one_direction_gets_all_of_the_delay(drill: Drill, direction: str) -> None:
    drill.break_it(NetworkLatency.model_validate({"delay": "60ms", "direction": direction}))
    found = trip("shop", "payments")
    assert found and 60 <= found.median < 75


def test_jitter_varies_each_round_trip_within_its_bounds(drill: Drill) -> None:
    drill.break_it(NetworkLatency.model_validate({"delay": "50ms", "jitter": "40ms", "seed": 7}))
    found = trip("shop", "payments", many=8, rounds=6)
    assert found and found.took[0] >= 10 and found.median < 80
    assert found.at(0.9) - found.at(0.1) > 10


def test_a_connection_that_is_open_already_is_delayed_and_let_go(drill: Drill) -> None:
    with pooled("shop", "payments") as lap:
        before = lap()
        drill.break_it(NetworkLatency.model_validate({"delay": "80ms"}))
        during = lap()
        drill.put_back()
        after = lap()
    assert before and during and after
    assert before.median < 20
    assert during.median >= 80
    assert after.median < 20


def test_latency_with_one_peer_leaves_the_others(drill: Drill) -> None:
    drill.break_it(NetworkLatency.model_validate({"delay": "80ms", "peer": "shop"}))
    slow, quick = trip("shop", "payments"), trip("db", "payments")
    assert slow and slow.median >= 80
    assert quick and quick.median < 20


def test_loopback_and_names_are_never_delayed(drill: Drill) -> None:
    drill.break_it(NetworkLatency.model_validate({"delay": "500ms"}))
    found = trip("payments", "127.0.0.1")
    assert found and found.median < 50
    resolve = "import socket, time; t = time.perf_counter(); socket.gethostbyname('shop'); print(time.perf_counter() - t)"
    assert float(docker("exec", f"{PROJECT}-payments", "python3", "-c", resolve)) < 0.4


def test_a_partition_from_one_peer_leaves_the_others(drill: Drill) -> None:
    undo = drill.break_it(NetworkPartition.model_validate({"peer": "shop"}))
    assert undo["before"]["back_end"] == "nftables-owner"
    assert trip("shop", "payments", rounds=1) is None
    assert trip("db", "payments") is not None
    drill.put_back()
    assert trip("shop", "payments") is not None


def test_a_partition_at_one_port_leaves_the_others(drill: Drill) -> None:
    drill.break_it(NetworkPartition.model_validate({"port": 9001}))
    assert trip("shop", "payments", port=9001, rounds=1) is None
    assert trip("shop", "payments", port=9000) is not None


def test_lost_packets_are_a_share(drill: Drill) -> None:
    drill.break_it(NetworkLoss(loss=30, direction="in", seed=1))
    found = trip("shop", "payments", "udp", many=64, rounds=1)
    assert found and 32 <= len(found.took) <= 56


def test_a_reset_is_refused_at_once_and_leaves_other_peers(drill: Drill) -> None:
    drill.break_it(ConnectionReset.model_validate({"peer": "shop"}))
    words = ["python3", "-c", ASK, "tcp", "payments", "9000", "1", "1", "0"]
    assert "Connection refused" in docker("exec", f"{PROJECT}-shop", *words)
    assert trip("db", "payments") is not None
    assert trip("shop", "payments", "udp") is not None


@pytest.mark.parametrize("fault", [NetworkLatency.model_validate({"delay": "2s"}), NetworkPartition()], ids=["latency", "partition"])
def test_killing_the_sidecar_heals_the_network_at_once_and_the_rest_is_cleared(drill: Drill, fault: Fault) -> None:
    undo = drill.break_it(fault)
    docker("kill", "-s", "KILL", drill.sidecar(undo))
    began = time.monotonic()
    found = trip("shop", "payments")
    assert found and found.median < 100
    assert time.monotonic() - began < 2
    assert not fault.is_live(drill.town, drill.target)
    assert [r.left for r in drill.put_back()] == [""]


def test_undoing_twice_is_harmless(drill: Drill, tmp_path: Path) -> None:
    undo = drill.break_it(NetworkPartition.model_validate({"peer": "db"}))
    drill.put_back()
    again = Ledger(tmp_path / "again.jsonl")
    again.intend(fault="f1", name="network_partition", target="payments", by="test", undo=undo)
    again.append("armed", fault="f1", by="test")
    (result,) = drill.put_back(again)
    assert (result.left, result.detail) == ("", "was gone; was clean")


def test_rules_of_others_stay_as_they_are(drill: Drill) -> None:
    beside = ("run", "--rm", "--network", f"container:{drill.target.container}", "--cap-add", "NET_ADMIN", "--entrypoint", "nft")
    image = drill.town.network_image
    docker(*beside, image, "add table inet gameday_foreign { chain c { type filter hook input priority 0; counter; } ; }")
    try:
        before = whole_network(drill.target.container)
        drill.break_it(NetworkLatency.model_validate({"delay": "20ms"}))
        assert trip("shop", "payments") is not None
        drill.put_back()
        assert whole_network(drill.target.container) == before
    finally:
        docker(*beside, image, "delete table inet gameday_foreign")


def test_what_a_dead_process_left_without_an_owner_is_cleared(drill: Drill) -> None:
    undo = drill.break_it(NetworkPartition.model_validate({"peer": "db"}))
    key = undo["steps"][1]["arguments"]["key"]
    docker("rm", "-f", drill.sidecar(undo))
    docker(
        "run", "--rm", "--network", f"container:{drill.target.container}", "--cap-add", "NET_ADMIN", "--entrypoint", "nft",
        drill.town.network_image, f"add table inet gameday_{key} {{ chain c {{ type filter hook input priority 0; policy drop; }} ; }}",
    )  # fmt: skip
    (result,) = drill.put_back()
    assert (result.left, result.detail) == ("", f"was gone; removed table gameday_{key}")


def test_a_sidecar_ends_by_itself_when_its_time_is_over(drill: Drill) -> None:
    name = f"{PROJECT}-short"
    docker(
        "run", "-d", "--name", name, "--network", f"container:{drill.target.container}", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN",
        drill.town.network_image, "hold", "--key", "short", "--deed", "drop", "--back-end", "nftables-owner", "--seconds", "0.5",
    )  # fmt: skip
    try:
        await_that(lambda: docker("inspect", "-f", "{{.State.Running}}", name) == "false", 10, "its end")
        assert "gameday_short" not in whole_network(drill.target.container)
    finally:
        docker("rm", "-f", name)


def test_a_target_that_was_restarted_lost_its_fault_and_is_not_touched(drill: Drill) -> None:
    undo = drill.break_it(NetworkPartition())
    docker("restart", "-t", "0", drill.target.container)
    await_that(lambda: trip("shop", "payments", rounds=1) is not None, 10, "traffic in the new namespace")
    (result,) = drill.put_back()
    assert result.left == ""
    assert [f.state for f in drill.ledger.read().faults] == ["lost"]
    assert docker("ps", "-aq", "--filter", f"name={drill.sidecar(undo)}") == ""


def test_two_latencies_on_one_target_add_up_where_they_meet(drill: Drill) -> None:
    drill.break_it(NetworkLatency.model_validate({"delay": "60ms"}), "f1")
    drill.break_it(NetworkLatency.model_validate({"delay": "120ms", "peer": "db"}), "f2")
    shop, db = trip("shop", "payments"), trip("db", "payments")
    assert shop and 60 <= shop.median < 110
    assert db and db.median >= 180
