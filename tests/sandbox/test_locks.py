"""Locks in the Docker daemon, and what is found there when every ledger is gone. On small containers of their own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import docker
import docker.errors
import pytest

from gameday.clients.docker import Docker
from gameday.undo import marker
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger
from gameday.undo.owner import LEASE, OWNER, owner_labels, this_process
from gameday.undo.sweep import Orphan, find_orphans, put_orphans_back
from gameday.undo.target_lock import LOCK, LockWanted, TargetLocked, free_locks, take_locks
from tests.sandbox.conftest import await_that

pytestmark = pytest.mark.quiet

IMAGE = "gameday-base:bookworm"
PROJECT = f"gameday-locks-{os.getpid()}"
TAKE = (
    "import sys; from gameday.undo.docker_host import DockerHost; from gameday.undo.target_lock import *\n"
    "c, name, undo = sys.argv[1:4]\n"
    "import json\n"
    "try: take_locks(DockerHost(), [LockWanted(c, name, json.loads(undo))], 'other', 't', 60.0); print('taken')\n"
    "except TargetLocked: print('refused')\n"
    "sys.stdout.flush(); sys.stdin.read()"
)


@pytest.fixture(autouse=True)
def all_well_between_tests() -> None:
    """These tests need no sandbox."""


@pytest.fixture
def api() -> Iterator[Any]:
    client = docker.APIClient(version="auto")
    yield client
    client.close()


@pytest.fixture
def host() -> Iterator[DockerHost]:
    host = DockerHost()
    yield host
    host.close()


@pytest.fixture
def run(api: Any) -> Iterator[Callable[..., tuple[str, str]]]:
    """Starts a container; its id and name. Removes it and every lock on it."""
    made: list[str] = []

    def start() -> tuple[str, str]:
        name = f"{PROJECT}-{uuid.uuid4().hex[:6]}"
        labels = {"com.docker.compose.project": PROJECT, "com.docker.compose.service": "web", "gameday.allow": "tiny"}
        made.append(api.create_container(IMAGE, "sleep 300", labels=labels, name=name)["Id"])
        api.start(made[-1])
        return made[-1], name

    yield start
    locks = [e["Id"] for e in api.containers(all=True, filters={"label": LOCK}) if e["Labels"][LOCK] in made]
    for container in (*made, *locks):
        with contextlib.suppress(docker.errors.NotFound):
            api.remove_container(container, force=True, v=True)


def pause_of(container: str, api: Any) -> list[dict[str, Any]]:
    identity = {"container": container, "started_at": api.inspect_container(container)["State"]["StartedAt"]}
    steps = [{"verb": "container_unpause", "arguments": {"container": container}}]
    return [{"id": "f1", "fault": "container_pause", "target": "web", "undo": {"identity": identity, "steps": steps}}]


def locked(host: DockerHost, container: str, name: str, faults: Any = (), lease: float = 60.0) -> list[Any]:
    return take_locks(host, [LockWanted(container, name, list(faults))], "mine", "t", lease)


Taker = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def taker() -> Iterator[Taker]:
    """Another process that takes the lock, says how that went, and lives until it is ended."""
    begun: list[subprocess.Popen[str]] = []

    def start(container: str, name: str, faults: Any = ()) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", TAKE, container, name, json.dumps(list(faults))]
        begun.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return begun[-1]

    yield start
    for process in begun:
        end(process)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def orphans_of(name: str) -> list[Orphan]:
    with contextlib.closing(DockerHost()) as host:
        return [o for o in find_orphans(host) if name in o.what]


def locks_on(api: Any, container: str) -> list[dict[str, Any]]:
    return list(api.containers(all=True, filters={"label": f"{LOCK}={container}"}))


def test_a_second_drill_is_refused_and_told_who_holds_the_target(host: DockerHost, api: Any, run: Any, tmp_path: Path) -> None:
    container, name = run()
    (lock,) = locked(host, container, name)
    with pytest.raises(TargetLocked, match=f"{name} is locked by drill mine \\(process {os.getpid()} on .*gameday halt"):
        locked(host, container, name)
    assert api.inspect_container(lock.container)["State"]["Status"] == "created"
    assert [c.name for c in Docker().containers([f"com.docker.compose.project={PROJECT}"])] == [name], "a lock belongs to no project"
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("locked", lock=lock.container, name=lock.name, target=container)
    free_locks(host, ledger)
    free_locks(host, ledger)
    assert locks_on(api, container) == []
    locked(host, container, name)


def test_of_several_targets_all_are_locked_or_none(host: DockerHost, api: Any, run: Any) -> None:
    (one, one_name), (two, two_name) = run(), run()
    locked(host, two, two_name)
    with pytest.raises(TargetLocked):
        take_locks(host, [LockWanted(one, one_name, []), LockWanted(two, two_name, [])], "mine", "t", 60.0)
    assert locks_on(api, one) == []


@pytest.mark.parametrize("tries", [5, pytest.param(100, marks=[pytest.mark.crash, pytest.mark.timeout(600)])])
def test_of_two_processes_at_one_instant_exactly_one_wins(taker: Taker, run: Any, host: DockerHost, api: Any, tries: int) -> None:
    container, name = run()
    for _ in range(tries):
        both = [taker(container, name) for _ in range(2)]
        try:
            assert sorted(said(p) for p in both) == ["refused", "taken"]
        finally:
            for process in both:
                end(process)
        put_orphans_back(host, orphans_of(name))
        assert locks_on(api, container) == []


def test_the_lock_of_a_dead_owner_is_undone_and_taken(taker: Taker, host: DockerHost, api: Any, run: Any) -> None:
    container, name = run()
    process = taker(container, name, pause_of(container, api))
    assert said(process) == "taken"
    api.pause(container)
    with pytest.raises(TargetLocked):
        locked(host, container, name)
    assert api.inspect_container(container)["State"]["Paused"], "a living owner's fault stays"
    end(process)
    locked(host, container, name)
    assert not api.inspect_container(container)["State"]["Paused"]


@pytest.mark.parametrize("elsewhere", [{"boot": "another-boot"}, {"namespace": "pid:[1]"}])
def test_the_lock_of_an_owner_out_of_sight_holds_until_its_lease_ended(host: DockerHost, api: Any, run: Any, elsewhere: Any) -> None:
    container, name = run()
    owner = json.dumps(asdict(replace(this_process(), **elsewhere)))
    labels = {LOCK: container, "gameday.run": "theirs", OWNER: owner, LEASE: "3"}
    host.create_unstarted(f"gameday-lock-{name}", container, labels)
    with pytest.raises(TargetLocked, match="cannot be seen from here"):
        locked(host, container, name)

    def mine() -> bool:
        with contextlib.suppress(TargetLocked):
            return bool(locked(host, container, name))
        return False

    await_that(mine, 10, "the end of the lease")


def test_what_has_no_ledger_is_found_and_put_back(taker: Taker, host: DockerHost, api: Any, run: Any) -> None:
    container, name = run()
    process = taker(container, name, pause_of(container, api))
    assert said(process) == "taken"
    Docker().start_inside(container, marker.marked("sleep 60; :", f"cpu_pressure.{container[:12]}"))
    await_that(lambda: any("gameday.fault=" in line for line in host.command_lines(container)), 5, "the marked process")
    assert orphans_of(name) == [], "a living drill is left alone, with all that is inside its target"
    api.pause(container)
    end(process)
    (lock, inside) = orphans_of(name)
    assert lock.by_hand == f"docker unpause {container[:12]} && docker rm -f {lock.container[:12]}"
    assert f"pkill -9 -f gameday.fault=cpu_pressure.{container[:12]}" in inside.by_hand
    assert api.inspect_container(container)["State"]["Paused"], "a look changes nothing"
    assert [r.left for r in put_orphans_back(host, (lock, inside))] == ["", ""]
    assert not api.inspect_container(container)["State"]["Paused"]
    assert not any("gameday.fault=" in line for line in host.command_lines(container))
    assert orphans_of(name) == []


def test_a_fault_that_cannot_be_put_back_keeps_its_lock(
    taker: Taker, host: DockerHost, api: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    container, name = run()
    process = taker(container, name, pause_of(container, api))
    assert said(process) == "taken"
    api.pause(container)
    end(process)
    (orphan,) = orphans_of(name)
    monkeypatch.setattr("gameday.undo.sweep.PATIENCE", 0.0)
    monkeypatch.setattr(DockerHost, "unpause", lambda *_: None)
    (result,) = put_orphans_back(host, [orphan])
    assert f"by hand: docker unpause {container[:12]}" in result.left
    assert len(locks_on(api, container)) == 1


def test_an_ended_sidecar_blocks_nothing_and_a_dead_ones_is_removed(host: DockerHost, api: Any, run: Any) -> None:
    container, _ = run()
    key = uuid.uuid4().hex[:12]
    name, labels = f"gameday-network-{key}", {"gameday.run": "gone", "gameday.target": container, **owner_labels(60)}
    beside = [container, name, IMAGE, ["sh", "-c", "echo armed"], labels, ("NET_ADMIN",)]
    try:
        assert Docker().start_beside(*beside) == "armed"
        await_that(lambda: api.inspect_container(name)["State"]["Status"] == "exited", 5, "its end")
        assert Docker().start_beside(*beside) == "armed", "the name of an ended one is free"
        assert orphans_of(name) == [], "its owner lives"
        api.remove_container(name, force=True)
        dead = {**labels, OWNER: json.dumps(asdict(replace(this_process(), ticks="1")))}
        Docker().start_beside(container, name, os.environ.get("NETWORK_IMAGE", "gameday-network:local"), [
            "hold", "--key", key, "--queue", "1024", "--back-end", "nftables", "--seconds", "60", "--direction", "both",
            "--peer", "192.0.2.1", "--deed", "drop",
        ], dead, ("NET_ADMIN",))  # fmt: skip
        (orphan,) = orphans_of(name)
        assert f"docker rm -f {name}" in orphan.by_hand
        assert [r.left for r in put_orphans_back(host, [orphan])] == [""]
        assert not host.exists(name)
    finally:
        with contextlib.suppress(docker.errors.NotFound):
            api.remove_container(name, force=True)


def test_a_lock_costs_little(host: DockerHost, run: Any) -> None:
    container, name = run()
    began = time.monotonic()
    (lock,) = locked(host, container, name)
    host.discard(lock.container)
    assert time.monotonic() - began < 2
