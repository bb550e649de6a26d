"""The real `chaos` command with gameday's functions, on this Python and on a newer one with a newer Chaos Toolkit.

One small container of our own, in a Compose project that gameday.toml describes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.newer_python import newer_bin
from tests.sandbox.conftest import ROOT, await_that

pytestmark = pytest.mark.quiet

IMAGE = "gameday-base:bookworm"
PROJECT = f"gameday-chaos-{os.getpid()}"
MODULE = "gameday.chaostoolkit"
SETTINGS = f"""
[environments.tiny]
kind = "docker"
project = "{PROJECT}"

[probes]
commands = ["echo"]

[chaostoolkit]
modules = ["ours"]
"""
OURS = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

def switch(path, on):
    Path(path).write_text("on" if on else "off")

def is_on(path):
    return Path(path).read_text() == "on"
"""


@pytest.fixture(autouse=True)
def all_well_between_tests() -> None:
    """These tests need no sandbox."""


@pytest.fixture(scope="module", params=["this Python", "a newer Python"])
def programs(request: pytest.FixtureRequest) -> Path:
    """The folder with `chaos`."""
    if request.param == "this Python":
        return Path(sys.executable).parent
    try:
        return newer_bin()
    except LookupError as none:
        pytest.skip(str(none))


@dataclass
class Place:
    """A folder with settings, a container, and the command."""

    root: Path
    container: str
    programs: Path

    def start(self, *words: str) -> subprocess.Popen[str]:
        usual = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_")}
        environment = usual | {"XDG_STATE_HOME": str(self.root / "state"), "HOME": str(self.root)}
        with (self.root / "said.log").open("a") as said:
            return subprocess.Popen(
                [self.programs / words[0], *words[1:]], cwd=self.root, env=environment, text=True,
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def run(self, *words: str) -> int:
        return self.start(*words).wait(60)

    def said(self) -> str:
        return (self.root / "said.log").read_text()[-3_000:]

    def state(self) -> str:
        done = subprocess.run(["docker", "inspect", "-f", "{{.State.Status}}", self.container], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def experiment(self, method: list[dict[str, Any]], **more: Any) -> str:
        document = {"title": "x", "description": "x", "method": method, **more}
        (self.root / "experiment.json").write_text(json.dumps(document))
        return "experiment.json"

    def journal(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "journal.json").read_text())
        return found


@pytest.fixture
def place(tmp_path: Path, programs: Path) -> Iterator[Place]:
    api = docker.APIClient(version="auto")
    labels = {"com.docker.compose.project": PROJECT, "com.docker.compose.service": "one", "gameday.allow": "tiny"}
    limits = api.create_host_config(init=True)
    container = api.create_container(IMAGE, "sleep 600", labels=labels, name=f"{PROJECT}-one", host_config=limits)["Id"]
    (tmp_path / "gameday.toml").write_text(SETTINGS)
    (tmp_path / "ours.py").write_text(OURS)
    try:
        api.start(container)
        yield Place(tmp_path, container, programs)
    finally:
        api.remove_container(container, force=True)
        api.close()


def activity(kind: str, func: str, /, **arguments: Any) -> dict[str, Any]:
    return {"type": kind, "name": func, "provider": {"type": "python", "module": MODULE, "func": func, "arguments": arguments}}


def fault(func: str, /, **own: Any) -> dict[str, Any]:
    return activity("action", func, target="one", environment="tiny", **own)


def nothing_is_left(place: Place) -> None:
    """The container runs, no guard waits, and nothing is announced."""
    await_that(lambda: place.state() == "running", 5, f"the container as before; {place.said()}")
    assert place.run("gameday", "recover", "--dry-run") == 0
    locks = ["docker", "ps", "-aq", "--filter", f"label=gameday.lock={place.container}"]
    await_that(lambda: not subprocess.run(locks, capture_output=True, text=True, check=True).stdout.strip(), 5, "a freed lock")
    await_that(lambda: place.run("gameday", "recover") == 0 and not list((place.root / "state").glob("gameday/drills/*.json")), 5, "an end")


def test_faults_and_probes_in_a_plain_run(place: Place) -> None:
    """One that breaks the container, one that presses it, one of a stranger's; each seen in effect and undone."""
    switch = {"module": "ours", "func": "switch", "arguments": {"path": "lamp", "on": True}}
    off = {**switch, "arguments": {"path": "lamp", "on": False}}
    (place.root / "lamp").write_text("off")
    live = {"module": "ours", "func": "is_on", "arguments": {"path": "lamp"}}
    names = ["cpu_pressure", "chaostoolkit", "container_pause"]
    looks = [{**activity("probe", "is_live", fault=name, target="one"), "tolerance": True} for name in names]
    document = place.experiment(
        [
            fault("cpu_pressure", workers=1), looks[0], fault("chaostoolkit", **switch, undo=off, live=live), looks[1],
            fault("container_pause"), looks[2], activity("action", "wait", duration="200ms"),
            activity("action", "undo", fault="container_pause"),
        ],
        rollbacks=[activity("action", "undo")],
        **{"steady-state-hypothesis": {"title": "x", "probes": [{**activity("probe", "command", command=["echo", "7"]), "tolerance": 7}]}},
    )  # fmt: skip
    assert place.run("chaos", "run", document) == 0, place.said()
    journal = place.journal()
    assert (journal["status"], journal["deviated"]) == ("completed", False)
    assert {a["status"] for a in journal["run"] + journal["rollbacks"]} == {"succeeded"}, place.said()
    assert [a["output"] for a in journal["run"] if a["activity"]["name"] == "is_live"] == [True, True, True]
    assert journal["run"][-1]["output"] == [f"container_pause on {PROJECT}-one"]
    assert journal["rollbacks"][0]["output"] == [f"chaostoolkit on {PROJECT}-one", f"cpu_pressure on {PROJECT}-one"]
    assert (place.root / "lamp").read_text() == "off"
    nothing_is_left(place)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP], ids=lambda n: n.name)
def test_no_fault_outlives_a_run_that_is_ended(place: Place, number: signal.Signals) -> None:
    """Without rollbacks, and where there is nobody left to play them."""
    running = place.start("chaos", "run", place.experiment([fault("container_pause"), activity("action", "wait", duration="5m")]))
    await_that(lambda: place.state() == "paused", 30, f"the fault; {place.said()}")
    try:
        running.send_signal(number)
        await_that(lambda: place.state() == "running", 5, "the guard's undo")
        await_that(lambda: running.poll() is not None, 20, f"the end of the run; {place.said()}")
    finally:
        running.kill()
        running.wait(10)
    nothing_is_left(place)


def test_a_run_that_hangs_loses_its_fault_when_its_time_is_over(place: Place) -> None:
    running = place.start(
        "chaos", "run", place.experiment([fault("container_pause", at_most="1s"), activity("action", "wait", duration="5m")])
    )
    await_that(lambda: place.state() == "paused", 30, f"the fault; {place.said()}")
    assert list((place.root / "state").glob("gameday/drills/*.json")), "others see that something is broken here"
    running.send_signal(signal.SIGSTOP)
    try:
        await_that(lambda: place.state() == "running", 15, "the end of its time")
    finally:
        running.kill()
        running.wait(10)
    nothing_is_left(place)


def test_what_did_not_opt_in_is_refused_and_that_is_in_the_journal(place: Place) -> None:
    (place.root / "gameday.toml").write_text(SETTINGS.replace("environments.tiny", "environments.other"))
    refused = activity("action", "container_pause", target="one", environment="other")
    place.run("chaos", "run", place.experiment([refused]))
    (item,) = place.journal()["run"]
    assert item["status"] == "failed"
    assert "has no label gameday.allow=other" in "".join(item["exception"])
    assert place.state() == "running"


def test_it_is_discovered_and_what_is_exported_is_valid(place: Place) -> None:
    assert place.run("chaos", "discover", "--no-install", "gameday-drills") == 0, place.said()
    found = json.loads((place.root / "discovery.json").read_text())
    assert {"container_pause", "network_latency", "prometheus"} <= {a["name"] for a in found["activities"]}
    out = subprocess.run(
        [place.programs / "gameday", "export", "scenarios/payments-freezes.yaml", "--format", "chaostoolkit"],
        cwd=ROOT, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    (place.root / "exported.json").write_text(out.stdout)
    assert place.run("chaos", "validate", "exported.json") == 0, place.said()


DRILL = """
title: A lamp is switched on by a stranger's function
environment: tiny
service: lamp
canary: {{url: "http://127.0.0.1:{port}/", every: 50ms, bad: 1 of 1, steady_for: 50ms}}
steady_state: [{{probe: page, at_least: 200, at_most: 200}}]
faults:
  - fault: chaostoolkit
    target: one
    module: ours
    func: switch
    arguments: {{path: lamp, on: true}}
    undo: {{module: ours, func: switch, arguments: {{path: lamp, on: false}}}}
    live: {{module: ours, func: is_on, arguments: {{path: lamp}}}}
    for: {lasts}
expect: {{alerts: {{must: {{none: nobody watches it}}}}}}
"""


@pytest.fixture
def page() -> Iterator[int]:
    """The port of a page that always answers: nobody is hurt by a lamp."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the server's own way of naming
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def planned(place: Place, page: int, lasts: str) -> None:
    for path, text in (("probes/page.yaml", 'page: {{probe: http, url: "http://127.0.0.1:{port}/"}}'), ("scenarios/lamp.yaml", DRILL)):
        (place.root / path).parent.mkdir(exist_ok=True)
        (place.root / path).write_text(text.format(port=page, lasts=lasts))
    (place.root / "lamp").write_text("off")


def test_a_strangers_function_breaks_a_drill_and_another_puts_it_back(place: Place, page: int) -> None:
    planned(place, page, "1s")
    place.run("gameday", "run", "scenarios/lamp.yaml", "--responders", "none")
    (drill,) = (place.root / "reports").iterdir()
    journal, review = (json.loads((drill / name).read_text()) for name in ("journal.json", "review.json"))
    assert journal["status"] == "completed", place.said()
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}
    assert '"undone by switch"' in (drill / "ledger.jsonl").read_text()
    assert (place.root / "lamp").read_text() == "off"


def test_the_guard_calls_the_strangers_undo_where_the_drill_was_killed(place: Place, page: int) -> None:
    planned(place, page, "5m")
    running = place.start("gameday", "run", "scenarios/lamp.yaml", "--responders", "none")
    await_that(lambda: (place.root / "lamp").read_text() == "on", 30, f"the fault; {place.said()}")
    running.kill()
    running.wait(10)
    await_that(lambda: (place.root / "lamp").read_text() == "off", 10, "the guard's undo")
    assert place.run("gameday", "recover") == 0
