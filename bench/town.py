"""Containers of the bench's own, in a network of their own, and faults on them as in a drill."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gameday.environments.compose_project import ComposeProject
from gameday.model.plan import Target
from gameday.model.probe import Reach
from gameday.model.protocols import Fault
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import put_back

PROJECT = os.environ.setdefault("GAMEDAY_BENCH_PROJECT", f"gameday-bench-{os.getpid()}")
"""Children of the bench have the same."""
TAG = os.environ.get("GAMEDAY_IMAGES", "local")
SERVER = """
import socket, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    def do_GET(self): self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *words): pass
def echo():
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 9000))
    while True: d, a = u.recvfrom(65536); u.sendto(d, a)
threading.Thread(target=echo, daemon=True).start()
ThreadingHTTPServer(("", 8000), Answer).serve_forever()
"""
PROXY = """
defaults
    mode tcp
    timeout connect 1s
    timeout client 1m
    timeout server 1m
listen store
    bind :6379
    server store store:6379
"""


class Town(ComposeProject):
    """Containers of the bench's own: `app` answers HTTP and UDP, `store` is Redis, `proxy` stands before it, `client` asks."""

    name = "sandbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def project(self) -> str:
        return PROJECT

    def reach(self) -> Reach:
        return Reach()

    def variables(self) -> dict[str, str]:
        return {}


@contextmanager
def running() -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _running(Town(Path(folder)))


def _running(town: Town) -> Iterator[Town]:
    services, queue, gateway = (f"gameday-sandbox-{part}:{TAG}" for part in ("services", "queue", "gateway"))
    redis = ("redis-server", "--save", "", "--bind", "0.0.0.0", "--protected-mode", "no")
    proxy = ("bash", "-c", f"cat >/tmp/proxy.cfg <<'END'\n{PROXY}END\nexec haproxy -db -f /tmp/proxy.cfg")
    docker("network", "create", PROJECT)
    try:
        for service, image, command in (
            ("app", services, ("python3", "-c", SERVER)), ("store", queue, redis),
            ("proxy", gateway, proxy), ("client", queue, ("sleep", "600")),
        ):  # fmt: skip
            docker(
                "run", "-d", "--init", "--name", f"{PROJECT}-{service}", "--network", PROJECT, "--network-alias", service, "--label",
                f"com.docker.compose.project={PROJECT}", "--label", f"com.docker.compose.service={service}", "--label",
                "gameday.allow=sandbox", "--entrypoint", command[0], image, *command[1:],
            )  # fmt: skip
        (app,) = town.addresses("app")
        wait(lambda: socket.create_connection((app, 8000), 1).close())
        wait(lambda: docker("exec", f"{PROJECT}-client", "redis-cli", "-h", "proxy", "ping"))
        yield town
    finally:
        helpers = [h for c in town.containers() for h in docker("ps", "-aq", "--filter", f"label=gameday.target={c.id}").split()]
        docker("rm", "-fv", *helpers, *(f"{PROJECT}-{s}" for s in ("app", "store", "proxy", "client")), check=False)
        docker("network", "rm", PROJECT, check=False)
        town.docker.close()


@contextmanager
def broken(town: Town, target: Target, fault: Fault) -> Iterator[None]:
    ledger = noted(town, target, fault)
    fault.inject(town, target)
    try:
        yield
    finally:
        with closing(DockerHost()) as host:
            put_back(ledger, "bench", host)


def noted(town: Town, target: Target, fault: Fault) -> Ledger:
    ledger = Ledger(Path(tempfile.mkdtemp(dir=town.folder)) / "ledger.jsonl")
    undo = fault.prepare(town, target).model_dump(mode="json")
    ledger.intend(fault="f1", name=fault.name, target=target.service, by="bench", undo=undo)
    ledger.append("armed", fault="f1", by="bench")
    return ledger


def wait(attempt: Callable[[], object], within: float = 15.0) -> None:
    deadline = time.monotonic() + within
    while True:
        try:
            attempt()
            return
        except (OSError, AssertionError, ValueError, IndexError):
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def docker(*words: str, check: bool = True) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=90, check=False, stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()
