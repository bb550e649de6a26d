"""Three small containers in a network of their own, one sidecar after the other beside the first of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gameday.environments.compose_project import ComposeProject
from gameday.model.plan import Target
from gameday.model.probe import Reach
from gameday.model.protocols import Fault
from gameday.model.sidecar import Mandate
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import PutBack, put_back
from tests.sandbox.conftest import ROOT, await_that

PROJECT = f"gameday-test-net-{os.getpid()}"
IMAGE = f"{PROJECT}:echo"
"""The engine's image under another name, since what carries the engine's own is nobody's target."""
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
    """Takes the place of the sandbox tests' own, which would start a whole sandbox."""


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


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    subprocess.run(["bash", str(ROOT / "sandbox" / "images.sh")], check=True, timeout=300, capture_output=True)
    town = Town()
    docker("network", "create", PROJECT)
    docker("tag", town.network_image, IMAGE)
    try:
        for service in ("payments", "shop", "db"):
            docker(
                "run", "-d", "--init", "--name", f"{PROJECT}-{service}", "--network", PROJECT, "--network-alias", service,
                "--label", f"com.docker.compose.project={PROJECT}", "--label", f"com.docker.compose.service={service}",
                "--label", "gameday.allow=sandbox", "--entrypoint", "python3", IMAGE, "-c", ECHO,
            )  # fmt: skip
        await_that(lambda: trip("shop", "payments") is not None, 10, "the echo server answers")
        yield town
    finally:
        docker("rm", "-fv", EYES, check=False)
        docker("rm", "-fv", *(f"{PROJECT}-{s}" for s in ("payments", "shop", "db")), check=False)
        docker("network", "rm", PROJECT, check=False)
        docker("rmi", IMAGE, check=False)
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


def inside(service: str, script: str, *words: str) -> str:
    """What a Python script says inside a container."""
    return docker("exec", f"{PROJECT}-{service}", "python3", "-c", script, *words)


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

    def put_back(self, ledger: Ledger | None = None, only: str | None = None) -> list[PutBack]:
        with closing(DockerHost()) as host:
            return put_back(ledger or self.ledger, "test", host, patience=5, only=only)

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


EYES = f"{PROJECT}-eyes"
_looks_at: list[str] = [""]
"""Container and start of the namespace in which `EYES` is: a restart makes another one."""


def whole_network(container: str) -> str:
    """Every rule and qdisc in a container's network namespace, counters left out."""
    start, pid = docker("inspect", "-f", "{{.Id}}{{.State.StartedAt}} {{.State.Pid}}", container).split()
    if _looks_at != [start]:
        docker("rm", "-f", EYES, check=False)
        docker(
            "run", "-d", "--rm", "--init", "--name", EYES, "--network", f"container:{container}", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN",
            "--entrypoint", "sleep", Town().network_image, "900",
        )  # fmt: skip
        _looks_at[0] = start
    said = docker("exec", EYES, "sh", "-c", "nft -s list ruleset; tc qdisc show; ip address show; ip route show table all")
    if os.geteuid() == 0 and shutil.which("iptables-save") and shutil.which("nsenter"):
        saved = subprocess.run(["nsenter", "-t", pid, "-n", "iptables-save"], capture_output=True, text=True, timeout=20, check=False)
        said += "\n".join(line.partition(" [")[0] for line in saved.stdout.splitlines() if not line.startswith("#"))
    return said
