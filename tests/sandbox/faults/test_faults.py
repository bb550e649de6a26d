"""Every fault on a real container: in effect, seen so, and put back by another process that knows nothing but the ledger."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gameday.errors import Missing
from gameday.faults.alertmanager_down import AlertmanagerDown
from gameday.faults.bad_deploy import BadDeploy
from gameday.faults.container_kill import ContainerKill
from gameday.faults.container_pause import ContainerPause
from gameday.faults.container_stop import ContainerStop
from gameday.faults.cpu_limit import CpuLimit
from gameday.faults.cpu_pressure import CpuPressure
from gameday.faults.database_connections_exhausted import DatabaseConnectionsExhausted
from gameday.faults.database_locks import DatabaseLocks
from gameday.faults.disk_full import DiskFull
from gameday.faults.file_descriptors_exhausted import FileDescriptorsExhausted
from gameday.faults.memory_pressure import MemoryPressure
from gameday.faults.process_crash import ProcessCrash
from gameday.faults.process_hang import ProcessHang
from gameday.model.protocols import Fault
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger, read_ledger
from gameday.undo.put_back import put_back
from tests.sandbox.conftest import await_that
from tests.sandbox.faults.conftest import IMAGE, Run, Tiny, broken, image, inspected, undone_alone

FAULTS: list[Fault] = [
    AlertmanagerDown(), ContainerPause(), ContainerKill(), ContainerStop(), ProcessCrash(), ProcessHang(), CpuLimit(cpus=0.2), CpuPressure(workers=2),
    MemoryPressure(megabytes=40), DiskFull(path="/spool"), FileDescriptorsExhausted(limit=8),
]  # fmt: skip
HOST: dict[str, Any] = {"init": True, "mem_limit": "96m", "tmpfs": {"/spool": "size=4m"}}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_a_fault_is_put_back_from_the_ledger_alone(tmp_path: Path, tiny: Tiny, run: Run, fault: Fault) -> None:
    target = run(**HOST)
    before = inspected(target)
    assert not fault.is_live(tiny, target)
    ledger = broken(tmp_path, fault, tiny, target)
    undone_alone(ledger)
    assert [f.state for f in read_ledger(ledger).faults] == ["undone"]
    assert inspected(target) == before
    if fault.name != "process_crash":  # whose mark is that it happened
        assert not fault.is_live(tiny, target)
    twice = tmp_path / "twice"
    twice.mkdir()
    again = Ledger(twice / "ledger.jsonl")
    again.intend(fault="f1", name=fault.name, target=target.service, by="worker", undo=read_ledger(ledger).faults[0].undo)
    again.append("armed", fault="f1", by="worker")
    (result,) = put_back(again, "test", DockerHost())
    assert (result.left, result.detail.partition(" ")[0]) in (("", "was"), ("", "restarted"))
    assert inspected(target) == before


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_a_container_that_is_gone_took_its_fault_along(tmp_path: Path, tiny: Tiny, run: Run, fault: Fault) -> None:
    target = run(**HOST)
    ledger = broken(tmp_path, fault, tiny, target)
    subprocess.run(["docker", "rename", target.name, f"{target.name}-old"], check=True)
    subprocess.run(["docker", "rm", "-f", target.container], capture_output=True, check=True)
    subprocess.run(["docker", "run", "-d", "--name", target.name, "--rm", IMAGE, "sleep", "300"], capture_output=True, check=True)
    try:
        undone_alone(ledger)
        assert [f.state for f in read_ledger(ledger).faults] == ["lost"]
        now = subprocess.run(["docker", "inspect", "-f", "{{.State.Status}}", target.name], capture_output=True, text=True, check=True)
        assert now.stdout.strip() == "running", "one of the same name is another container"
    finally:
        subprocess.run(["docker", "rm", "-f", target.name], capture_output=True, check=True)


def test_a_restart_policy_brings_a_crashed_container_back(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    target = run(restart_policy={"Name": "always"})
    broken(tmp_path, ProcessCrash(), tiny, target)
    await_that(
        lambda: tiny.state(target)["started_at"] != target.started_at and tiny.state(target)["restarting"] == "false", 10, "a restart"
    )
    assert tiny.state(target)["running"] == "true"


def test_pressure_ends_by_itself_when_everybody_is_dead(tmp_path: Path, tiny: Tiny, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    monkeypatch.setattr("gameday.faults.cpu_pressure.GRACE", timedelta(0))
    target, fault = run(), CpuPressure(workers=2, at_most=timedelta(seconds=2))
    broken(tmp_path, fault, tiny, target)
    await_that(lambda: not tiny.marked(target, target.marker(fault.name)), 8, "the end of its processes")


def test_pressure_ends_with_a_restart_of_its_target(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    target, fault = run(init=True), CpuPressure()
    ledger = broken(tmp_path, fault, tiny, target)
    subprocess.run(["docker", "restart", "-t", "0", target.container], capture_output=True, check=True)
    undone_alone(ledger)
    assert [(f.state, f.detail) for f in read_ledger(ledger).faults] == [("undone", "was ended")]


def test_a_limit_on_files_is_felt_inside_and_lifted_for_what_inherited_it(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    opens = "exec 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null 8</dev/null 9</dev/null; echo all"
    target = run(f"sh -c 'exec 2>&1; while :; do bash -c \"{opens}\"; sleep 0.1; done'")

    def lines() -> list[str]:
        said = subprocess.run(["docker", "logs", target.container], capture_output=True, text=True, check=True)
        return said.stdout.splitlines()

    await_that(lambda: "all" in lines(), 5, "a file that can be opened")
    ledger = broken(tmp_path, FileDescriptorsExhausted(limit=8), tiny, target)
    await_that(lambda: any("Too many open files" in line for line in lines()[-2:]), 5, "a file that cannot be opened")
    undone_alone(ledger)
    await_that(lambda: lines()[-2:] == ["all", "all"], 5, "files that can be opened again")


ALERTMANAGER = """
bash -c "printf 'route: {receiver: a}\\nreceivers: [{name: a}]\\n' >/tmp/a.yml;
exec prometheus-alertmanager --config.file=/tmp/a.yml --storage.path=/tmp/am --cluster.listen-address= --log.level=error"
"""


def test_an_alertmanager_that_was_down_comes_back_with_its_silences(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    target = run(ALERTMANAGER, image=image("monitoring"))

    def amtool(*words: str) -> str:
        return tiny.run(target, "amtool", "--alertmanager.url=http://127.0.0.1:9093", "silence", *words).output

    silence = await_that(lambda: (said := amtool("add", "alertname=Slow", "-a", "t", "-c", "t")) and "error" not in said and said, 15, "it")
    ledger = broken(tmp_path, AlertmanagerDown(), tiny, target)
    undone_alone(ledger)
    await_that(lambda: silence.strip() in amtool("query", "-q"), 15, "the silence, after it was started again")


DATABASE: list[Fault] = [DatabaseLocks(database="shop", table="orders"), DatabaseConnectionsExhausted(database="shop")]


@pytest.mark.parametrize("fault", DATABASE, ids=lambda f: f.name)
def test_a_database_serves_again_after_the_undo(tmp_path: Path, tiny: Tiny, run: Run, fault: Fault) -> None:
    alone = {"NODE": "db", "PEER": "nobody", "FIRST_LEADER": "db"}
    target = run(None, image=image("db"), environment=alone)

    def asked(query: str) -> str:
        words = ["psql", "-XAtq", "-h", "127.0.0.1", "-U", "shop", "-d", "shop", "-c", f"set statement_timeout = 500; {query}"]
        ran = tiny.run(target, "env", "PGPASSWORD=shop", *words)
        return ran.output.strip()

    await_that(lambda: asked("select count(*) from orders").isdecimal(), 20, "a database")
    ledger = broken(tmp_path, fault, tiny, target)
    assert not asked("select count(*) from orders").isdecimal()
    undone_alone(ledger)
    assert [f.state for f in read_ledger(ledger).faults] == ["undone"]
    assert asked("select count(*) from orders").isdecimal()
    assert not fault.is_live(tiny, target)


def test_a_container_without_a_shell_is_refused_before_anything_is_broken(tiny: Tiny, run: Run) -> None:
    target = run()
    subprocess.run(["docker", "exec", target.container, "rm", "/bin/sh"], check=True)
    with pytest.raises(Missing, match="has no program 'sh'"):
        CpuPressure().prepare(tiny, target)


@pytest.fixture
def releases(tiny: Tiny) -> Iterator[ThreadingHTTPServer]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the server's own way of naming
            self._say(tiny.releases)

        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            tiny.releases[self.path.rpartition("/")[2]] = body["release"]
            self._say(body)

        def _say(self, body: object) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tiny.address = f"http://127.0.0.1:{server.server_port}/releases"
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("current", "after", "said"), [("v2", "v1", "rolled back to v1"), ("v1", "v1", "by others"), ("v3", "v3", "by others")]
)
def test_a_bad_release_is_rolled_back_unless_somebody_did(
    tmp_path: Path, tiny: Tiny, run: Run, releases: object, current: str, after: str, said: str
) -> None:
    target = run()
    tiny.releases[target.service] = "v1"
    ledger = broken(tmp_path, BadDeploy(release="v2"), tiny, target)
    tiny.deploy(target.service, current)
    assert said in undone_alone(ledger)
    assert tiny.releases[target.service] == after
