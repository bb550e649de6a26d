"""Small containers of the bench's own, and a workspace that may break them: a page that always answers stands for the users."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docker

IMAGE = "gameday-base:bookworm"
PROJECT = f"gameday-bench-{os.getpid()}"
SETTINGS = f'[environments.small]\nkind = "docker"\nproject = "{PROJECT}"\n'
PROBES = 'page: {{probe: http, url: "http://127.0.0.1:{port}/"}}\n'
SCENARIO = """
title: One small container is frozen
environment: small
service: page
canary: {{url: "http://127.0.0.1:{port}/", every: 50ms, bad: 1 of 1, steady_for: 50ms}}
steady_state: [{{probe: page, at_least: 200, at_most: 200}}]
faults: [{{fault: container_pause, target: s0, for: 2m}}]
expect: {{alerts: {{must: {{none: nobody watches it}}}}}}
"""


@dataclass(frozen=True)
class Small:
    """The containers, and the folder to start commands in."""

    root: Path
    containers: tuple[str, ...]
    api: docker.APIClient

    def until(self, number: int, state: str, within: float) -> float | None:
        """Seconds until a container is `running` or `paused`; None where it is not in time."""
        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < within:
            if self.api.inspect_container(self.containers[number])["State"]["Status"] == state:
                return passed
            time.sleep(0.002)
        return None

    def begin(self, words: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "XDG_STATE_HOME": str(self.root / "state")}
        with (self.root / "said.log").open("ab") as said:
            return subprocess.Popen(
                words, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )


@contextlib.contextmanager
def small(count: int) -> Iterator[Small]:
    """So many containers that sleep, gone afterwards."""
    api = docker.APIClient(version="auto")
    with tempfile.TemporaryDirectory() as folder, _page() as port:
        root = Path(folder)
        for path, text in (("gameday.toml", SETTINGS), ("probes/page.yaml", PROBES), ("scenarios/small.yaml", SCENARIO)):
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text if path == "gameday.toml" else text.format(port=port))
        made: list[str] = []
        try:
            for number in range(count):
                labels = {"com.docker.compose.project": PROJECT, "com.docker.compose.service": f"s{number}", "gameday.allow": "small"}
                limits = api.create_host_config(init=True)
                made.append(api.create_container(IMAGE, "sleep 900", labels=labels, name=f"{PROJECT}-{number}", host_config=limits)["Id"])
                api.start(made[-1])
            yield Small(root, tuple(made), api)
        finally:
            for container in made:
                api.remove_container(container, force=True)
            api.close()


@contextlib.contextmanager
def _page() -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the server's own way of naming
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
