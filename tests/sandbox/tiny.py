"""The smallest place where a whole drill runs: two idle containers, a page that always answers, and one number to probe.

A drill here takes three seconds: `gameday run` with its supervisor, guard and worker, on a target of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import docker
import docker.errors
import yaml

from tests.sandbox.conftest import ROOT, Bench, await_that

IMAGE = "gameday-base:bookworm"


class Page(ThreadingHTTPServer):
    """Answers every request at once with the number that it is told; or not at all."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.value: float | str = 0.0
        self.mute = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    server: Page

    def do_GET(self) -> None:
        probed = self.path.startswith("/number")
        deadline = time.monotonic() + 30
        while probed and self.server.mute.is_set() and time.monotonic() < deadline:
            time.sleep(0.05)
        body = json.dumps({"number": self.server.value}).encode()
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class Tiny(Bench):
    """A workspace whose environment `tiny` has the services `one` and `two`."""

    page: Page

    def drill(self, name: str, *faults: dict[str, Any], **changes: Any) -> str:
        """Write a scenario; its path. Without faults: `one` is paused for a while."""
        document = {
            "title": "Something small breaks", "environment": "tiny", "service": "one",
            "canary": {"url": f"{self.page.url}/", "every": "100ms", "timeout": "1s", "bad": "2 of 3", "steady_for": "300ms"},
            "steady_state": [{"probe": "number", "at_most": 0}],
            "faults": list(faults) or [pause()],
            "expect": {"alerts": {"must": {"none": "nobody watches it"}}},
        } | changes  # fmt: skip
        path = self.root / "scenarios" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        return str(path.relative_to(self.root))

    def run(self, scenario: str, within: float = 60, **more: str) -> Any:
        return self.gameday("run", scenario, "--responders", "none", within=within, **more)

    def start(self, scenario: str) -> Any:
        """Begin a drill and wait for its folder: the process, and the folder."""
        before = self.drills()
        process = self.begin("run", scenario, "--responders", "none")
        await_that(lambda: self.drills() - before or process.poll() is not None, 30, "a drill's folder")
        assert self.drills() - before, f"it ended with code {process.returncode}: {self.log()}"
        return process, self.new_drill(before)

    def status(self, service: str = "one") -> str:
        return self.state(service).split()[0]


def pause(target: str = "one", for_: str = "20s", at: str = "100ms") -> dict[str, Any]:
    return {"fault": "container_pause", "target": target, "at": at, "for": for_}


@contextlib.contextmanager
def tiny_place(root: Path) -> Iterator[Tiny]:
    project = f"gameday-tiny-{os.getpid()}"
    for folder in ("scenarios", "probes", "runbooks", "responders"):
        (root / folder).mkdir()
    page = Page()
    threading.Thread(target=page.serve_forever, daemon=True).start()
    (root / "gameday.toml").write_text(f'[environments.tiny]\nproject = "{project}"\n\n[limits]\nparallel_faults = 3\n')
    (root / "services.yaml").write_text("services:\n  one: {owner: team-tiny}\n")
    (root / "probes" / "tiny.yaml").write_text(f'number: {{probe: http, url: "{page.url}/number", field: number, timeout: 1s}}\n')
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_") or k == "GAMEDAY_IMAGES"}
    environment |= {"XDG_STATE_HOME": str(root / "state"), "PYTHONPATH": str(ROOT)}
    place = Tiny(root, project, environment)
    place.page = page
    api = docker.APIClient(version="auto")
    for service in ("one", "two"):
        containers(api, project, service)
    try:
        yield place
    finally:
        for process in place.started:
            if process.poll() is None:
                process.kill()
                process.wait(10)
        place.gameday("recover")
        # Not by the ids of the first: a test may have made them anew.
        for container in api.containers(all=True, filters={"label": f"com.docker.compose.project={project}"}):
            api.remove_container(container["Id"], force=True)
        api.close()
        page.shutdown()
        page.server_close()


def containers(api: Any, project: str, service: str) -> str:
    labels = {"com.docker.compose.project": project, "com.docker.compose.service": service, "gameday.allow": "tiny"}
    made = str(api.create_container(IMAGE, "sleep 3600", labels=labels, name=f"{project}-{service}")["Id"])
    api.start(made)
    return made
