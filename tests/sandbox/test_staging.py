"""Drills on another Docker host: over its socket, by TCP and TLS, and through ssh. The host is a second real daemon."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from gameday.bundle.approvals import Approvals
from gameday.catalog import environment_of
from gameday.commands.reading import request_for
from gameday.conduct.start import Request
from gameday.daemon import written_daemon
from gameday.environments.docker_project import DockerProject
from gameday.errors import Missing, Refused
from gameday.faults.container_pause import ContainerPause
from gameday.faults.cpu_pressure import CpuPressure
from gameday.model.protocols import Fault
from gameday.undo.docker_host import host_of
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import by_hand, put_back
from tests.sandbox.conftest import ROOT, Ended, await_that, events
from tests.sandbox.second_daemon import IMAGE, SecondDaemon, second_daemon

SCENARIO = """
title: The web server hangs on staging
environment: staging
service: web
canary: {url: "http://127.0.0.1:@PORT@/", every: 100ms, timeout: 1s, bad: 2 of 3, steady_for: 500ms}
steady_state:
  - {probe: status, at_most: 200}
faults:
  - {fault: container_pause, target: web, for: @FOR@}
expect:
  alerts: {must: {none: what is looked at here is the fault}}
"""
SSH = """#!/bin/sh
# Stands for ssh: what it is told to run over there is run at the second daemon.
echo "$@" >> "$0.log"
case "$*" in
  *"-l anna -- staging docker system dial-stdio") exec docker -H "unix://@SOCKET@" system dial-stdio ;;
  *) echo "ssh: Could not resolve hostname: Name or service not known" >&2; exit 255 ;;
esac
"""


@pytest.fixture(autouse=True)
def all_well_between_tests(staging: Staging) -> Iterator[None]:
    """Nothing but the second daemon is used here."""
    yield
    staging.daemon.docker("rm", "-f", *(staging.daemon.docker("ps", "-aq", "--filter", "label=gameday.fault").split() or ["none"]))
    if staging.state("web") == "paused":
        staging.daemon.docker("unpause", "web")


@dataclass
class Staging:
    """A workspace that names the second daemon."""

    root: Path
    daemon: SecondDaemon
    environment: dict[str, str]

    def names(self, docker: str, *lines: str) -> None:
        """Write `gameday.toml`."""
        text = [
            "[environments.staging]",
            'labels = ["app=shop"]',
            f"docker = {docker}",
            *lines,
            "",
            "[limits]",
            "parallel_faults = 2",
            "",
            "[production]",
            'images = ["live/*"]',
        ]
        (self.root / "gameday.toml").write_text("\n".join(text))

    def scenario(self, lasting: str = "2s", **changes: str) -> str:
        text = SCENARIO.replace("@PORT@", self.environment["CANARY_PORT"]).replace("@FOR@", lasting)
        for before, after in changes.items():
            text = text.replace(before, after)
        (self.root / "scenarios" / "web-hangs.yaml").write_text(text)
        return "scenarios/web-hangs.yaml"

    def request(self) -> Request:
        return request_for(self.root / self.scenario(), "none", False, False, ())

    def place(self) -> DockerProject:
        request = self.request()
        place = environment_of(request.scenario, request.root, request.docker)
        assert isinstance(place, DockerProject)
        return place

    def gameday(self, *words: str, **more: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "gameday", *words], cwd=self.root, env=self.environment | more, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.root / "begun.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "gameday", *words],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def approve(self) -> None:
        """As somebody else, for whom this test process stands."""
        plan = json.loads(self.gameday("plan", self.scenario("30s"), "-o", "json").out)
        Approvals(self.root).approve(plan["hash"], "bela", datetime.now(UTC), timedelta(hours=1))

    def state(self, container: str) -> str:
        return self.daemon.docker("inspect", "-f", "{{.State.Status}}", container)


class Fine(http.server.BaseHTTPRequestHandler):
    """A service that is always well: its users are not what is looked at here."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    root = tmp_path_factory.mktemp("staging")
    for folder in ("scenarios", "probes", "bin"):
        (root / folder).mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fine)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = str(server.server_address[1])
    (root / "probes" / "staging.yaml").write_text(f'status: {{probe: http, url: "http://127.0.0.1:{port}/"}}\n')
    before = links()
    with second_daemon(tmp_path_factory.mktemp("second")) as daemon:
        ssh = root / "bin" / "ssh"
        ssh.write_text(SSH.replace("@SOCKET@", str(daemon.socket)))
        ssh.chmod(0o755)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("GAMEDAY_", "DOCKER_")) or k == "GAMEDAY_IMAGES"}
        environment |= {"XDG_STATE_HOME": str(root / "state"), "PYTHONPATH": str(ROOT), "CANARY_PORT": port}
        environment["PATH"] = f"{ssh.parent}:{environment['PATH']}"
        usual, os.environ["PATH"] = os.environ["PATH"], environment["PATH"]
        sleep = ["--network", "none", "--init", "--entrypoint", "sleep", "--label", "app=shop"]
        for name in ("web", "worker"):
            daemon.docker("run", "-d", "--name", name, *sleep, "--label", "gameday.allow=staging", IMAGE, "600")
        daemon.docker("run", "-d", "--name", "database", *sleep, IMAGE, "600")
        try:
            yield Staging(root, daemon, environment)
        finally:
            os.environ["PATH"] = usual
            server.shutdown()
            server.server_close()
    assert links() == before, "the first daemon's networks are as they were"


def links() -> str:
    """The network devices of this host and their addresses, without what counts."""
    said = subprocess.run(["ip", "-o", "-4", "address"], capture_output=True, text=True, timeout=10, check=True).stdout
    return "\n".join(line for line in said.splitlines() if " br-" not in line)  # Compose projects come and go meanwhile


def ways(daemon: SecondDaemon) -> dict[str, str]:
    return {"unix": f'{{host = "unix://{daemon.socket}"}}', "tls": daemon.tls, "ssh": '{host = "ssh://anna@staging"}'}


@pytest.mark.parametrize("way", ["unix", "tls", "ssh"])
def test_a_fault_is_injected_there_and_put_back_by_whoever_reads_the_ledger(way: str, staging: Staging, tmp_path: Path) -> None:
    staging.names(ways(staging.daemon)[way])
    place = staging.place()
    target = place.target("web")
    assert (place.labels, target.name, {c.service for c in place.containers()}) == (("app=shop",), "web", {"web", "worker", "database"})
    assert place.host_labels() == {"stage": "two"}
    with pytest.raises(Refused, match=r"database has no label gameday.allow=staging; run it with `docker run --label"):
        place.target("database")
    assert place.run(target, "echo", "there").output.strip() == "there"
    assert place.ask_sidecar("web", ("look",)) == "", "no engine in it, and the taken-over connection is closed"

    ledger = Ledger(tmp_path / "ledger.jsonl")
    began = time.time()
    faults: tuple[Fault, ...] = (ContainerPause(), CpuPressure(workers=1, at_most=timedelta(seconds=20)))
    for number, fault in enumerate(faults):
        ledger.intend(fault=f"f{number}", name=fault.name, target="web", docker=place.daemon.written(), undo=fault.prepare(place, target).model_dump(mode="json"))  # fmt: skip
        fault.inject(place, target)
        await_that(partial(fault.is_live, place, target), 5, f"{fault.name} in effect")
        ledger.append("armed", fault=f"f{number}")
        assert written_daemon(ledger.read().docker) == place.daemon
        with closing(host_of(ledger)) as host:
            (result,) = put_back(ledger, "test", host)
        assert not result.left
        assert not fault.is_live(place, target)
    assert {e.action for e in place.docker.events(place.labels, began - 1, time.time())} >= {"pause", "unpause"}
    assert "PRIVATE" not in (tmp_path / "ledger.jsonl").read_text()
    place.docker.close()


def test_what_needs_the_targets_own_kernel_is_refused_with_what_is_missing(staging: Staging) -> None:
    staging.names(staging.daemon.tls)
    path = staging.scenario(container_pause="process_hang")
    ended = staging.gameday("plan", path, "-o", "json")
    assert ended.code == 6
    assert "root on the kernel that runs web is needed, which is the one of tcp://127.0.0.1" in ended.err
    ended = staging.gameday(
        "plan", staging.scenario(container_pause="network_latency, delay: 1s, port: 80"), "-o", "json", GAMEDAY_IMAGES="absent"
    )
    assert ended.code == 6
    assert "docker save gameday-network:absent | docker -H tcp://127.0.0.1" in ended.err


def test_doctor_tells_what_can_be_broken_there(staging: Staging) -> None:
    staging.names(staging.daemon.tls)
    said = staging.gameday("doctor", GAMEDAY_IMAGES="absent").out
    assert "3 containers, 2 may be broken; no fault that needs the kernel there; no network faults: there is no image" in said


def test_a_host_that_does_not_answer_is_said_with_the_command_to_try(staging: Staging) -> None:
    staging.names('{host = "ssh://anna@elsewhere"}')
    with pytest.raises(
        Missing, match=r"ssh://anna@elsewhere does not answer .*Could not resolve hostname.*docker -H ssh://anna@elsewhere version"
    ):
        _ = staging.place().docker


def test_a_drill_there_needs_a_second_person_and_leaves_nothing(staging: Staging) -> None:
    staging.names(staging.daemon.tls, 'working_hours = "Mon-Sun 00:00-23:59 UTC"')
    path = staging.scenario()
    refused = staging.gameday("run", path, "--responders", "none")
    assert refused.code == 3
    assert "needs the approval of a second person (gameday.toml:1)" in refused.err
    page = " ".join(staging.gameday("plan", path).out.split())
    assert f"In staging, on tcp://127.0.0.1:{staging.daemon.port}, gameday will inject container_pause on web for 2s at most." in page
    assert "Approval not yet. Somebody else than" in page
    assert "Hours Mon-Sun 00:00-23:59 UTC only" in page
    staging.approve()
    other = staging.gameday("run", staging.scenario("3s"), "--responders", "none")
    assert other.code == 3
    assert "the scenario and the limits changed since" in other.err
    plan = json.loads(staging.gameday("plan", staging.scenario(), "-o", "json").out)
    Approvals(staging.root).approve(plan["hash"], "bela", datetime.now(UTC), timedelta(hours=1))
    ended = staging.gameday("run", staging.scenario(), "--responders", "none", "-o", "json")
    review = json.loads(ended.out)
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}, ended.err
    drill = max((staging.root / "reports").iterdir())
    started = next(e for e in events(drill) if e["kind"] == "drill.started")
    assert started["data"]["approved_by"] == "bela"
    assert staging.state("web") == "running"
    ours = [e for e in events(drill) if e["kind"] == "action.mutate"]
    assert {(e["subject"]["name"], e["data"]["action"], e["actor"]) for e in ours} == {
        ("web", "pause", "gameday"),
        ("web", "unpause", "gameday"),
    }


def test_a_fault_that_waits_for_a_probe_comes_with_the_first_and_each_ends_by_itself(staging: Staging) -> None:
    staging.names(f'{{host = "unix://{staging.daemon.socket}"}}')
    path = staging.root / staging.scenario("2s")
    waiting = "  - {fault: container_pause, target: worker, for: 1s, when: {probe: status, at_least: 200, within: 10s}}\nexpect:"
    path.write_text(path.read_text().replace("expect:", waiting))
    ended = staging.gameday("run", str(path), "--responders", "none", "-o", "json")
    assert json.loads(ended.out)["safety"] == {"faults": 2, "removed_and_verified": 2, "left": []}, ended.err
    told = events(max((staging.root / "reports").iterdir()))
    order = [(e["kind"], e["subject"]["name"]) for e in told if e["kind"] in ("fault.triggered", "fault.armed", "fault.undone")]
    assert order == [
        ("fault.armed", "f1"), ("fault.triggered", "f2"), ("fault.armed", "f2"), ("fault.undone", "f2"), ("fault.undone", "f1"),
    ]  # fmt: skip
    assert any(e["kind"] == "probe.answer" and e["data"]["for"] == "trigger" for e in told)
    assert (staging.state("web"), staging.state("worker")) == ("running", "running")


@pytest.mark.parametrize(
    ("dead", "undone_by"),
    [("gameday", {"guard", "worker"}), ("gameday and its worker", {"guard"}), ("all of them", {"recover"})],
)
def test_whoever_outlives_kill_9_reaches_the_same_host(dead: str, undone_by: set[str], staging: Staging) -> None:
    staging.names('{host = "ssh://anna@staging"}')
    staging.approve()
    path = staging.scenario("30s")
    known = set((staging.root / "reports").glob("*"))
    drill = staging.begin("run", path, "--responders", "none")
    try:
        await_that(lambda: staging.state("web") == "paused", 30, f"a pause; {(staging.root / 'begun.log').read_text()[-900:]}")
        (folder,) = set((staging.root / "reports").glob("*")) - known
        for child, command in children(drill.pid).items():
            if dead == "all of them":
                os.kill(child, signal.SIGKILL)
            elif dead == "gameday and its worker" and "gameday.conduct.worker" in command:
                os.kill(child, signal.SIGSTOP)  # killed, it would be missed by gameday, which would put the fault back
        drill.kill()
        drill.wait(10)
        if dead != "all of them":
            await_that(lambda: staging.state("web") == "running", 10, "the undo by whoever is left")
        assert "by hand" not in (staging.root / "begun.log").read_text()
        recovered = staging.gameday("recover")
        assert recovered.code == 0, recovered.err
        assert staging.state("web") == "running"
        page = Ledger(folder / "ledger.jsonl").read()
        assert page.faults
        assert {f.by for f in page.faults} <= undone_by
        assert by_hand(page.faults[0]).startswith("by hand: docker -H ssh://anna@staging unpause ")
    finally:
        if drill.poll() is None:
            drill.kill()
            drill.wait(10)
        staging.gameday("recover")


def children(parent: int) -> dict[int, str]:
    """The processes that a process started, with their command lines."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found[int(path.parent.name)] = path.with_name("cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found
