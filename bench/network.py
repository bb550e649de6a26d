"""The network engine: how exact, how quick beside an untouched path and a proxy, how soon in place and gone again."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.row import ROUNDS, Row, timed
from bench.town import PROJECT, TAG, Town, broken, docker, noted, running, wait
from gameday.faults.connection_reset import ConnectionReset
from gameday.faults.dns_failure import DnsFailure
from gameday.faults.network_bandwidth import NetworkBandwidth
from gameday.faults.network_corrupt import NetworkCorrupt
from gameday.faults.network_duplicate import NetworkDuplicate
from gameday.faults.network_latency import NetworkLatency
from gameday.faults.network_loss import NetworkLoss
from gameday.faults.network_partition import NetworkPartition
from gameday.faults.network_reorder import NetworkReorder
from gameday.faults.scrape_blocked import ScrapeBlocked
from gameday.model.plan import Target
from gameday.model.protocols import Fault
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import put_back

IMAGE = f"gameday-sandbox-queue:{TAG}"
FAULTS: Sequence[Fault] = (
    NetworkLatency.model_validate({"delay": "100ms"}), NetworkLoss(loss=10), NetworkCorrupt(corrupt=10), NetworkDuplicate(duplicate=10),
    NetworkReorder(reorder=10), NetworkBandwidth.model_validate({"rate": "1mbit"}), NetworkPartition(), ConnectionReset(),
    DnsFailure(), ScrapeBlocked(prometheus="client"),
)  # fmt: skip


def rows() -> Iterator[Row]:
    with running() as town:
        yield from accuracy(town)
        yield from throughput(town)
        yield from arming(town)
        yield killed(town)


def accuracy(town: Town) -> Iterator[Row]:
    """What is added to a round trip, beside what was asked for."""
    target, (app,) = town.target("app"), town.addresses("app")
    asks: tuple[tuple[str, int, Callable[[], list[float]]], ...] = (
        ("UDP, +20 ms asked: added", 20, lambda: udp(app, 150)),
        ("HTTP, 16 connections, +100 ms asked: added", 100, lambda: http(app, connections=16, requests=20)),
    )
    for what, delay, ask in asks:
        untouched = statistics.median(ask())
        with broken(town, target, NetworkLatency.model_validate({"delay": f"{delay}ms"})):
            added = [took - untouched for took in ask()]
        yield Row.of(what, added, "asked", [delay / 1000])


def throughput(town: Town) -> Iterator[Row]:
    """Redis asked by its own benchmark: through the engine (which looks at each packet and lets it go), and through HAProxy."""
    target, nothing = town.target("store"), NetworkLoss(loss=0.000001)
    for what, size, many in (("20 000 requests at 16 connections", 3, 20_000), ("64 MB at 16 connections", 65_536, 1_000)):
        plain, engine, proxy = [], [], []
        for _ in range(3):
            plain.append(pings("store", many, size))
            with broken(town, target, nothing):
                engine.append(pings("store", many, size))
            proxy.append(pings("proxy", many, size))
        yield Row.of(f"{what}: the engine", engine, "untouched", plain)
        yield Row.of(f"{what}: HAProxy", proxy, "untouched", plain)


def arming(town: Town) -> Iterator[Row]:
    """Each fault beside the least that Docker can do: start a helper in the same namespace, and remove it."""
    import docker as sdk

    api, target, host = sdk.APIClient(version="auto"), town.target("app"), DockerHost()
    host.connect()
    limits = api.create_host_config(network_mode=f"container:{target.container}")
    for fault in FAULTS:
        took = [_one_round(town, target, fault, host, api, limits) for _ in range(min(ROUNDS, 5))]
        arm, undo, start, remove = zip(*took, strict=True)
        yield Row.of(f"arming {fault.name}", arm, "a helper by the SDK", start)
        yield Row.of(f"undoing {fault.name}", undo, "removing it", remove)
    host.close()
    api.close()


def _one_round(town: Town, target: Target, fault: Fault, host: DockerHost, api: Any, limits: Any) -> tuple[float, float, float, float]:
    """Seconds: arming and undoing ours, starting and removing a helper."""
    ledger = noted(town, target, fault)
    arm = timed(lambda: fault.inject(town, target))
    assert fault.is_live(town, target)
    undo = timed(lambda: put_back(ledger, "bench", host))
    assert not ledger.read().open
    began = time.perf_counter()
    helper = api.create_container(IMAGE, ["sleep", "60"], host_config=limits)["Id"]
    api.start(helper)
    start = time.perf_counter() - began
    return arm, undo, start, timed(lambda: api.remove_container(helper, force=True))


def killed(town: Town) -> Row:
    """From `kill -9` of whoever injected it to the first packet that is not late any more; the guard does it."""
    target, (app,) = town.target("app"), town.addresses("app")
    return Row.of("kill -9 under network_latency: fault-free", [_killed_once(target, app) for _ in range(12)], "aim, p95", [0.1])


def _killed_once(target: Target, app: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        holder = subprocess.Popen(
            [sys.executable, "-m", "bench.holder", str(path), target.service], stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        assert holder.stdout is not None
        with holder.stdout:
            assert holder.stdout.readline() == "armed\n"
        took = until_quick(app, holder.kill)
        holder.wait(10)
        ledger = Ledger(path)
        wait(lambda: none_open(ledger))
        return took


def none_open(ledger: Ledger) -> None:
    if ledger.read().open:
        raise OSError("not put back yet")


def until_quick(host: str, kill: Callable[[], None], late: float = 0.15) -> float:
    """Pings every 2 ms; seconds from the kill to the sending of the first one that is answered soon."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect((host, 9000))
        one.setblocking(False)
        sent: dict[int, float] = {}
        began = time.monotonic()
        at_kill = 0.0
        while (now := time.monotonic()) < began + 20:
            if not at_kill and now > began + 0.6:
                kill()
                at_kill = time.monotonic()
            sent[len(sent)] = now
            one.send(str(len(sent) - 1).encode())
            time.sleep(0.002)
            try:
                while True:
                    number = int(one.recv(100))
                    if at_kill and sent[number] > at_kill and time.monotonic() - sent[number] < late:
                        return sent[number] - at_kill
            except BlockingIOError:
                continue
    raise SystemExit("the latency was still there 20 s after kill -9")


def udp(host: str, many: int) -> list[float]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(2)
        one.connect((host, 9000))
        return [timed(lambda: (one.send(b"x" * 100), one.recv(200))) for _ in range(many)]


def http(host: str, *, connections: int, requests: int) -> list[float]:
    took: list[float] = []

    def ask() -> None:
        connection = HTTPConnection(host, 8000, timeout=10)
        connection.connect()

        def one() -> None:
            connection.request("GET", "/")
            connection.getresponse().read()

        took.extend([timed(one) for _ in range(requests)])
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def pings(host: str, many: int, size: int = 3) -> float:
    """Seconds that so many SETs of so many bytes take."""
    said = docker(
        "exec", f"{PROJECT}-client", "redis-benchmark", "-h", host, "-c", "16", "-n", str(many), "-d", str(size), "-t", "set", "--csv"
    )
    return many / float(said.splitlines()[-1].split(",")[1].strip('"'))


if __name__ == "__main__":
    for line in rows():
        print(line.text(), flush=True)
