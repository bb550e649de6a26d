"""What network faults do to real packets: damaged, doubled, overtaken, held to a rate, and names that are not found."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from gameday.faults.dns_failure import DnsFailure
from gameday.faults.network_bandwidth import NetworkBandwidth
from gameday.faults.network_corrupt import NetworkCorrupt
from gameday.faults.network_duplicate import NetworkDuplicate
from gameday.faults.network_latency import NetworkLatency
from gameday.faults.network_reorder import NetworkReorder
from gameday.faults.scrape_blocked import ScrapeBlocked
from tests.network.engine import shaping, treatment
from tests.sandbox.network.conftest import Drill, docker, inside, trip

NUMBERED = """
import socket, sys, time
host, many = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((host, 9000)); s.settimeout(0.5)
for n in range(many): s.send(b"%d" % n)
try:
    while True: print(s.recv(100).decode())
except OSError: pass
"""
"""Numbered datagrams to the echo server, all at once; prints what comes back until half a second of silence."""
BULK = """
import socket, sys, time
s = socket.create_connection((sys.argv[1], 9000)); size, got, began = int(sys.argv[2]), 0, time.monotonic()
s.settimeout(20); s.sendall(b"x" * size)
while got < size: got += len(s.recv(65536))
print(time.monotonic() - began)
"""
"""Seconds until so many bytes were sent and came back."""
RESOLVE = """
import socket, struct, sys
server = next(line.split()[1] for line in open("/etc/resolv.conf") if line.startswith("nameserver"))
for name in sys.argv[1:]:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((server, 53)); s.settimeout(0.7)
    s.send(struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0" + struct.pack(">HH", 1, 1))
    try: print(s.recv(512)[3] & 15)
    except OSError: print("timeout")
"""
"""The code of a resolver's answer about each name: 0, 2 (SERVFAIL), 3 (NXDOMAIN)."""
ERRORS = """
lines = [line.split() for line in open("/proc/net/snmp") if line.startswith("Udp:")]
print(lines[1][lines[0].index("InErrors")])
"""


def echoes(many: int, client: str = "shop") -> list[int]:
    return [int(number) for number in inside(client, NUMBERED, "payments", str(many)).split()]


def resolved(service: str, *names: str) -> list[str]:
    return inside(service, RESOLVE, *names).split()


def test_a_damaged_packet_is_noticed_by_its_receiver_and_dropped(drill: Drill) -> None:
    before = int(inside("payments", ERRORS))
    drill.break_it(NetworkCorrupt(corrupt=100, direction="in", peer="shop"))
    assert echoes(20) == []
    assert int(inside("payments", ERRORS)) - before == 20
    assert len(echoes(20, "db")) == 20


def test_some_damage_delays_tcp_and_breaks_nothing(drill: Drill) -> None:
    drill.break_it(NetworkCorrupt(corrupt=20, seed=3))
    assert 0 < len(echoes(100)) < 95
    assert float(inside("shop", BULK, "payments", "20000")) > 0


def test_a_packet_that_is_sent_twice_arrives_twice_on_each_way(drill: Drill) -> None:
    drill.break_it(NetworkDuplicate(duplicate=100, peer="shop"))
    assert sorted(echoes(10)) == sorted([*range(10)] * 4)
    assert len(echoes(10, "db")) == 10
    assert trip("shop", "payments") is not None


def test_some_packets_overtake_the_others(drill: Drill) -> None:
    drill.break_it(NetworkReorder.model_validate({"reorder": 30, "delay": "50ms", "direction": "in", "seed": 1}))
    came = echoes(100)
    assert sorted(came) == [*range(100)]
    overtaken = [n for at, n in enumerate(came) if any(earlier > n for earlier in came[:at])]
    assert len(overtaken) > 30


def held_by(back_end: str, direction: str, drill: Drill) -> tuple[NetworkBandwidth, dict[str, Any]]:
    """100 kB a second with `shop`."""
    fault = NetworkBandwidth.model_validate({"rate": "800kbit", "direction": direction, "peer": "shop"})
    abilities = dict(drill.town.network_abilities)
    assert abilities["tbf"] == abilities["nfqueue"] == ""
    drill.town.recall({**abilities, "tbf": "" if back_end == "tbf" else "left out"})
    try:
        undo = drill.break_it(fault)
    finally:
        drill.town.recall(abilities)
    assert undo["before"]["back_end"] == back_end
    return fault, undo


def seconds(client: str) -> float:
    return float(inside(client, BULK, "payments", "100000"))


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_rate_is_held(drill: Drill, direction: str) -> None:
    held_by("nfqueue", direction, drill)
    assert 0.8 < seconds("shop") < 4
    assert seconds("db") < 0.8


def test_a_rate_that_the_kernel_holds_is_the_same_and_is_found_where_its_process_was_killed(drill: Drill) -> None:
    fault, undo = held_by("tbf", "out", drill)
    assert 0.8 < seconds("shop") < 4
    assert seconds("db") < 0.8
    drill.break_it(NetworkLatency.model_validate({"delay": "1ms"}), "f2")
    drill.put_back(only="f2")
    assert fault.is_live(drill.town, drill.target), "the undo of another fault left it alone"
    docker("kill", "-s", "KILL", drill.sidecar(undo))
    (result,) = drill.put_back()
    assert (result.left, result.detail) == ("", "sidecar removed; removed qdisc on eth0")
    assert seconds("shop") < 0.8


def test_names_are_not_found_by_one_container(drill: Drill) -> None:
    assert resolved("payments", "shop", "db") == ["0", "0"]
    drill.break_it(DnsFailure(names=("shop",)))
    assert resolved("payments", "shop", "a.SHOP", "db") == ["3", "3", "0"]
    assert resolved("db", "shop", "payments") == ["0", "0"]
    look_up = "import socket\ntry: print(socket.gethostbyname('shop'))\nexcept OSError as e: print(e)"
    assert "not known" in inside("payments", look_up) or "No address" in inside("payments", look_up)
    assert trip("shop", "payments") is not None
    drill.put_back()
    assert resolved("payments", "shop") == ["0"]


@pytest.mark.parametrize(("answer", "said"), [("servfail", "2"), ("timeout", "timeout")])
def test_no_name_can_be_told(drill: Drill, answer: str, said: str) -> None:
    undo = drill.break_it(DnsFailure.model_validate({"answer": answer}))
    assert resolved("payments", "shop", "db") == [said, said]
    docker("kill", "-s", "KILL", drill.sidecar(undo))
    assert resolved("payments", "shop") == ["0"], "it ends with its process"


def test_prometheus_alone_is_kept_from_one_port(drill: Drill) -> None:
    drill.break_it(ScrapeBlocked(prometheus="shop", port=9001))
    assert trip("shop", "payments", port=9001, rounds=1) is None
    assert trip("shop", "payments") is not None
    assert trip("db", "payments", port=9001) is not None


def test_latency_at_one_port_leaves_the_others(drill: Drill) -> None:
    drill.break_it(NetworkLatency.model_validate({"delay": "80ms", "port": 9001}))
    slow, quick = trip("shop", "payments", port=9001), trip("shop", "payments")
    assert slow and slow.median >= 80
    assert quick and quick.median < 40


def test_what_netem_is_asked_for_is_well_said(drill: Drill) -> None:
    """Where the kernel has no netem, `tc` still reads every word of it before the kernel is asked."""
    wanted = treatment.Treatment(delay=0.05, loss=0.1, corrupt=0.005, duplicate=1, reorder=0.25)
    command = ["qdisc", "add", "dev", "lo", "root", *shaping.by_netem(wanted)]
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--cap-add", "NET_ADMIN", "--entrypoint", "tc", drill.town.network_image, *command],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0 or "qdisc kind is unknown" in done.stderr, done.stderr
