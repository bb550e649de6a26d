"""Network faults on real packets: small containers of the tests' own, in a network of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gameday.environments.compose_project import ComposeProject
from gameday.faults.connection_reset import ConnectionReset
from gameday.faults.network_latency import NetworkLatency
from gameday.faults.network_loss import NetworkLoss
from gameday.faults.network_partition import NetworkPartition
from gameday.model.plan import Target
from gameday.model.probe import Reach
from gameday.model.protocols import Fault
from gameday.model.sidecar import Mandate
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import PutBack, put_back
from tests.sandbox.conftest import ROOT, await_that

PROJECT = f"gameday-test-net-{os.getpid()}"
ECHO = """
import socket, threading
def answer(c):
    c.setsockopt(6, 1, 1)
    while d := c.recv(65536): c.sendall(d)
def udp():
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 9000))
    while True: d, a = u.recvfrom(65536); u.sendto(d, a)
def tcp(port):
    s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(("", port)); s.listen(64)
    while True: threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()
threading.Thread(target=udp, daemon=True).start()
threading.Thread(target=tcp, args=(9001,), daemon=True).start()
tcp(9000)
"""
ASK = """
import select, socket, sys, time
kind, host, port, many, rounds, pauses = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6])
def connected():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    s.settimeout(1.5); s.connect((host, port))
    if kind == "tcp": s.setsockopt(6, 1, 1)
    return s
try: open_ones = [connected() for _ in range(many)]
except OSError as e: print("cut", e, flush=True); sys.exit()
for lap in range(pauses + 1):
    took = []
    for _ in range(rounds):
        began = {}
        for s in open_ones:
            began[s] = time.perf_counter(); s.send(b"x" * 200)
        while began:
            ready, _, _ = select.select(list(began), [], [], 1)
            if not ready: break
            for s in ready: s.recv(65536); took.append((time.perf_counter() - began.pop(s)) * 1000)
    print(" ".join(f"{t:.3f}" for t in sorted(took)) or "cut", flush=True)
    if lap < pauses: sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def all_well_between_tests() -> None:
    """Takes the place of the folder's own, which would start a whole sandbox."""


class Town(ComposeProject):
    """Three containers that carry a Compose project's labels: `payments` is the target, `shop` and `db` talk to it."""

    name = "sandbox"

    def reach(self) -> Reach:
        return Reach()

    def variables(self) -> dict[str, str]:
        return {}

    @property
    def project(self) -> str:
        return PROJECT


def docker(*words: str, check: bool = True) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    subprocess.run(["bash", str(ROOT / "sandbox" / "images.sh")], check=True, timeout=300, capture_output=True)
    town = Town()
    docker("network", "create", PROJECT)
    try:
        for service in ("payments", "shop", "db"):
            docker(
                "run", "-d", "--init", "--name", f"{PROJECT}-{service}", "--network", PROJECT, "--network-alias", service,
                "--label", f"com.docker.compose.project={PROJECT}", "--label", f"com.docker.compose.service={service}",
                "--label", "gameday.allow=sandbox", "--entrypoint", "python3", town.network_image, "-c", ECHO,
            )  # fmt: skip
        await_that(lambda: trip("shop", "payments") is not None, 10, "the echo server answers")
        yield town
    finally:
        docker("rm", "-fv", *(f"{PROJECT}-{s}" for s in ("payments", "shop", "db")), check=False)
        docker("network", "rm", PROJECT, check=False)
        town.docker.close()


@dataclass
class Trips:
    """Round trips in milliseconds, sorted; none: cut off."""

    took: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        return self.took[min(len(self.took) - 1, int(len(self.took) * share))]

    @property
    def median(self) -> float:
        return self.at(0.5)


def _trips(line: str) -> Trips | None:
    return None if line.startswith("cut") or not line.strip() else Trips([float(t) for t in line.split()])


def trip(client: str, host: str, kind: str = "tcp", port: int = 9000, many: int = 1, rounds: int = 5) -> Trips | None:
    """Round trips from inside one container to another."""
    said = docker("exec", f"{PROJECT}-{client}", "python3", "-c", ASK, kind, host, str(port), str(many), str(rounds), "0", check=False)
    return _trips(said)


@contextmanager
def pooled(client: str, host: str) -> Iterator[Callable[[], Trips | None]]:
    """A connection that stays open; each call is another lap on it."""
    words = ["docker", "exec", "-i", f"{PROJECT}-{client}", "python3", "-c", ASK, "tcp", host, "9000", "1", "5", "9"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        laps = 0

        def lap() -> Trips | None:
            nonlocal laps
            if laps:
                process.stdin.write("\n")  # type: ignore[union-attr]  # asserted above
                process.stdin.flush()  # type: ignore[union-attr]
            laps += 1
            return _trips(process.stdout.readline())  # type: ignore[union-attr]

        yield lap
        process.kill()


@dataclass
class Drill:
    """One fault on `payments`, with a ledger as in a drill."""

    town: Town
    ledger: Ledger
    target: Target

    def break_it(self, fault: Fault, ledger_id: str = "f1") -> dict[str, Any]:
        undo = fault.prepare(self.town, self.target)
        self.ledger.intend(fault=ledger_id, name=fault.name, target="payments", by="test", undo=undo.model_dump(mode="json"))
        mandate = Mandate(drill="test", fault=ledger_id, at_most=timedelta(seconds=60))
        fault.inject(self.town.under(mandate), self.target)
        assert fault.is_live(self.town, self.target)
        self.ledger.append("armed", fault=ledger_id, by="test")
        return undo.model_dump(mode="json")

    def put_back(self, ledger: Ledger | None = None) -> list[PutBack]:
        with closing(DockerHost()) as host:
            return put_back(ledger or self.ledger, "test", host, patience=5)

    def sidecar(self, undo: dict[str, Any]) -> str:
        return str(undo["steps"][0]["arguments"]["sidecar"])


@pytest.fixture
def drill(town: Town, tmp_path: Path) -> Iterator[Drill]:
    drill = Drill(town, Ledger(tmp_path / "ledger.jsonl"), town.target("payments"))
    started_at, before = town.state(drill.target)["started_at"], whole_network(drill.target.container)
    yield drill
    assert [r.left for r in drill.put_back() if r.left] == []
    assert docker("ps", "-aq", "--filter", f"label=gameday.target={drill.target.container}") == ""
    if town.state(drill.target)["started_at"] == started_at:
        assert whole_network(drill.target.container) == before


def whole_network(container: str) -> str:
    """Every rule and qdisc in a container's network namespace, counters left out."""
    image = Town().network_image
    said = docker(
        "run", "--rm", "--network", f"container:{container}", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN", "--entrypoint", "sh",
        image, "-c", "nft -s list ruleset; tc qdisc show; ip address show; ip route show table all",
    )  # fmt: skip
    pid = docker("inspect", "-f", "{{.State.Pid}}", container)
    if os.geteuid() == 0 and shutil.which("iptables-save") and shutil.which("nsenter"):
        saved = subprocess.run(["nsenter", "-t", pid, "-n", "iptables-save"], capture_output=True, text=True, timeout=20, check=False)
        said += "\n".join(line.partition(" [")[0] for line in saved.stdout.splitlines() if not line.startswith("#"))
    return said


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


def test_arming_is_one_container(drill: Drill) -> None:
    took = []
    for number in range(3):
        fault = NetworkLatency.model_validate({"delay": "10ms", "seed": number})
        undo = fault.prepare(drill.town, drill.target)
        drill.ledger.intend(fault=f"a{number}", name=fault.name, target="payments", by="test", undo=undo.model_dump(mode="json"))
        began = time.monotonic()
        fault.inject(drill.town, drill.target)
        took.append(time.monotonic() - began)
        assert drill.put_back()[0].left == ""
    print(json.dumps({"arm_ms": sorted(round(t * 1000) for t in took)}))
    assert sorted(took)[1] < 2
