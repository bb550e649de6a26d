"""Arming and undoing each fault of a container's inside, beside the raw call to Docker's SDK that does the same."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError

from bench.row import Row, timed
from gameday.environments.compose_project import ComposeProject
from gameday.faults.cache_flush import CacheFlush
from gameday.faults.clock_skew import ClockSkew
from gameday.faults.config_change import ConfigChange
from gameday.faults.container_kill import ContainerKill
from gameday.faults.container_pause import ContainerPause
from gameday.faults.container_stop import ContainerStop
from gameday.faults.cpu_limit import CpuLimit
from gameday.faults.cpu_pressure import CpuPressure
from gameday.faults.credential_revoked import CredentialRevoked
from gameday.faults.database_locks import DatabaseLocks
from gameday.faults.disk_full import DiskFull
from gameday.faults.disk_slow import DiskSlow
from gameday.faults.file_descriptors_exhausted import FileDescriptorsExhausted
from gameday.faults.http_errors import HttpErrors
from gameday.faults.process_crash import ProcessCrash
from gameday.faults.process_hang import ProcessHang
from gameday.faults.queue_backlog import QueueBacklog
from gameday.faults.replica_lag import ReplicaLag
from gameday.model.plan import Target
from gameday.model.probe import Reach
from gameday.model.protocols import Fault
from gameday.undo import VERBS
from gameday.undo.docker_host import DockerHost

PROJECT = f"gameday-bench-{os.getpid()}"
TIMES = 8
ENOUGH = 180.0
"""Seconds after which no further fault is begun."""
LIBRARY = "LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1"
LOADED = {"FAKETIME_TIMESTAMP_FILE": "/data/clock", "FAKETIME_CACHE_DURATION": "1"}
ALONE = {"NODE": "db", "PEER": "nobody", "FIRST_LEADER": "db"}
STANDBY = 'touch "$PGDATA/standby.signal"; exec postgres'
PLAIN = "echo pool = 20 > /etc/shop.ini; exec sleep 600"


class Place(ComposeProject):
    """Containers of this bench alone."""

    name = "bench"
    project = PROJECT

    def reach(self) -> Reach:
        return Reach()

    def variables(self) -> dict[str, str]:
        return {}


class Raw:
    """Docker's SDK, called by hand for one container."""

    def __init__(self, api: Any, container: str) -> None:
        self.api, self.container = api, container

    def run(self, *words: str) -> None:
        self.api.exec_start(self.api.exec_create(self.container, list(words))["Id"])

    def begin(self, script: str) -> None:
        self.api.exec_start(self.api.exec_create(self.container, ["sh", "-c", script])["Id"], detach=True)


Deed = Callable[[Raw], Any]


@dataclass(frozen=True)
class Pair:
    """A fault, and what somebody would call instead."""

    fault: Fault
    on: str
    arm: Deed
    undo: Deed
    before: Deed | None = None
    """What has to be there each time."""
    named: str = field(default="the SDK")


def redis(*words: str) -> Deed:
    return lambda raw: raw.run("redis-cli", *words)


def psql(query: str, database: str = "postgres") -> Deed:
    return lambda raw: raw.run("psql", "-XAtq", "-U", "postgres", "-d", database, "-c", query)


def written(rate: str) -> Deed:
    """No call of Docker's sets it on a running container: its control file, by hand."""

    def write(raw: Raw) -> None:
        data = raw.api.inspect_container(raw.container)
        found = Path(data["GraphDriver"]["Data"]["UpperDir"]).stat().st_dev
        folder = next(Path("/sys/fs/cgroup").glob(f"blkio/**/{raw.container}"))
        for way in ("read", "write"):
            (folder / f"blkio.throttle.{way}_bps_device").write_text(f"{os.major(found)}:{os.minor(found)} {rate}")

    return write


def main_process(number: signal.Signals) -> Deed:
    """A signal from the host to the main process, as the kernel numbers it."""
    return lambda raw: os.kill(raw.api.inspect_container(raw.container)["State"]["Pid"], number)


def started_again(raw: Raw) -> None:
    """Docker starts nothing whose end it has not seen yet."""
    raw.api.wait(raw.container)
    raw.api.start(raw.container)


BUSY = "while true; do n=1; done"
FLOOD = "for i = 1, 1000 do redis.call('lpush', KEYS[1], 'x') end"
PAIRS = (
    Pair(ContainerPause(), "plain", lambda r: r.api.pause(r.container), lambda r: r.api.unpause(r.container)),
    Pair(ContainerKill(), "plain", lambda r: r.api.kill(r.container), lambda r: r.api.start(r.container)),
    Pair(ContainerStop(), "plain", lambda r: r.api.stop(r.container, timeout=5), lambda r: r.api.start(r.container)),
    Pair(ProcessCrash(), "plain", main_process(signal.SIGKILL), started_again, named="a signal, by hand"),
    Pair(CpuPressure(workers=1), "plain", lambda r: r.begin(BUSY), lambda r: r.run("pkill", "-f", "while true")),
    Pair(ProcessHang(), "plain", lambda r: r.api.kill(r.container, "SIGSTOP"), lambda r: r.api.kill(r.container, "SIGCONT")),
    Pair(
        CpuLimit(cpus=0.5), "plain",
        lambda r: r.api.update_container(r.container, cpu_quota=50_000), lambda r: r.api.update_container(r.container, cpu_quota=-1),
    ),
    Pair(
        FileDescriptorsExhausted(limit=16), "plain",
        lambda r: r.run("prlimit", "--pid", "1", "--nofile=16:"), lambda r: r.run("prlimit", "--pid", "1", "--nofile=1024:"),
    ),
    Pair(
        DiskFull(path="/spool"), "plain",
        lambda r: r.begin("cat /dev/zero > /spool/x; sleep 600"), lambda r: r.run("rm", "-f", "/spool/x"),
    ),
    Pair(DiskSlow(rate=4096), "plain", written("4194304"), written("0"), named="the control files, written"),
    Pair(
        ConfigChange(path="/etc/shop.ini", replace="20", by="1"), "plain",
        lambda r: r.run("sed", "-i", "s/20/1/", "/etc/shop.ini"), lambda r: r.run("sed", "-i", "s/1/20/", "/etc/shop.ini"),
    ),
    Pair(
        ClockSkew(by=timedelta(hours=1)), "clock",
        lambda r: r.run("sh", "-c", "echo +3600 > /data/clock"), lambda r: r.run("rm", "/data/clock"),
    ),
    Pair(QueueBacklog(key="orders", count=1000), "queue", redis("eval", FLOOD, "1", "orders"), redis("lrem", "orders", "0", "x")),
    Pair(CacheFlush(pattern="k:*"), "queue", redis("del", "k:1"), redis("ping"), before=redis("set", "k:1", "v")),
    Pair(
        CredentialRevoked(role="shop", server="redis"), "queue",
        redis("acl", "setuser", "shop", "off"), redis("acl", "setuser", "shop", "on"), before=redis("acl", "setuser", "shop", "on"),
    ),
    Pair(CredentialRevoked(role="shop"), "db", psql("alter role shop nologin"), psql("alter role shop login")),
    Pair(
        DatabaseLocks(database="shop", table="orders"), "db",
        lambda r: r.begin("psql -qX -d shop -c 'begin; lock table orders; select pg_sleep(60)'"),
        psql("select pg_terminate_backend(pid) from pg_locks where mode = 'AccessExclusiveLock'", "shop"),
    ),
    Pair(ReplicaLag(), "standby", psql("select pg_wal_replay_pause()"), psql("select pg_wal_replay_resume()")),
)  # fmt: skip


def rows() -> Iterator[Row]:
    """A row each for arming and for undoing; median and 95th percentile."""
    began = time.monotonic()
    with containers() as (api, place, targets):
        for pair in PAIRS:
            if time.monotonic() - began > ENOUGH:
                print(f"not measured, since this takes too long here: {pair.fault.name}", file=sys.stderr)
                continue
            yield from _measured(pair, Raw(api, targets[pair.on].container), place)
        yield from _proxied(api, place, targets["plain"])


def _measured(pair: Pair, raw: Raw, place: Place) -> Iterator[Row]:
    ours: tuple[list[float], list[float]] = ([], [])
    theirs: tuple[list[float], list[float]] = ([], [])
    host = DockerHost()
    before = pair.before or (lambda _: None)
    for _ in range(TIMES):
        before(raw)
        # Looked up anew: what was started again is another process, and its crash would count as one that was.
        target = place.target(pair.on)
        undo = pair.fault.prepare(place, target).model_dump(mode="json")
        ours[0].append(timed(partial(pair.fault.inject, place, target)))
        _await(partial(pair.fault.is_live, place, target))
        ours[1].append(timed(partial(_undone, host, undo)))
        before(raw)
        theirs[0].append(timed(lambda: pair.arm(raw)))
        theirs[1].append(timed(lambda: pair.undo(raw)))
    host.close()
    for deed, mine, other in (("arming", ours[0], theirs[0]), ("undoing", ours[1], theirs[1])):
        yield Row.of(f"{deed} {pair.fault.name} on {pair.on}", mine, pair.named, other)


def _proxied(api: Any, place: Place, target: Target) -> Iterator[Row]:
    """A proxy beside a container, with its rule, against a bare container started and removed in the same place."""
    ours: tuple[list[float], list[float]] = ([], [])
    theirs: tuple[list[float], list[float]] = ([], [])
    fault, host = HttpErrors(port=8000), DockerHost()
    for _ in range(TIMES // 2):
        undo = fault.prepare(place, target).model_dump(mode="json")
        ours[0].append(timed(lambda: fault.inject(place, target)))
        ours[1].append(timed(partial(_undone, host, undo)))
        limits = api.create_host_config(network_mode=f"container:{target.container}", init=True)
        made = api.create_container(place.network_image, ["600"], entrypoint=["sleep"], host_config=limits)["Id"]
        theirs[0].append(timed(partial(api.start, made)))
        theirs[1].append(timed(partial(api.remove_container, made, force=True)))
    host.close()
    yield Row.of("arming http_errors", ours[0], "a bare container beside", theirs[0])
    yield Row.of("undoing http_errors", ours[1], "a bare container beside", theirs[1])


@contextmanager
def containers() -> Iterator[tuple[Any, Place, Mapping[str, Target]]]:
    """One of each kind, removed again."""
    api: Any = docker.APIClient(version="auto")
    place, made = Place(), []
    tag = os.environ.get("GAMEDAY_IMAGES", "local")
    wanted: dict[str, tuple[str, list[str] | None, dict[str, str]]] = {
        "plain": ("gameday-base:bookworm", ["sh", "-c", PLAIN], {}),
        "clock": (f"gameday-sandbox-services:{tag}", ["env", LIBRARY, "python3", "-c", "import time; time.sleep(600)"], LOADED),
        "queue": (f"gameday-sandbox-queue:{tag}", None, {}),
        "db": (f"gameday-sandbox-db:{tag}", None, ALONE),
        "standby": (f"gameday-sandbox-db:{tag}", ["sh", "-c", STANDBY], {}),
    }
    try:
        for service, (image, command, environment) in wanted.items():
            labels = {"com.docker.compose.project": PROJECT, "com.docker.compose.service": service, "gameday.allow": "bench"}
            limits = api.create_host_config(init=True, tmpfs={"/spool": "size=4m"})
            container = api.create_container(image, command, labels=labels, environment=environment, host_config=limits)["Id"]
            made.append(container)
            api.start(container)
        targets = {service: place.target(service) for service in wanted}
        for service in ("db", "standby"):
            _await(partial(_serves, place, targets[service]))
        _await(lambda: "PONG" in place.run(targets["queue"], "redis-cli", "ping").output)
        yield api, place, targets
    finally:
        for container in made:
            with suppress(APIError):
                api.remove_container(container, force=True, v=True)


def _undone(host: DockerHost, undo: Mapping[str, Any]) -> None:
    for step in undo["steps"]:
        VERBS[step["verb"]](host, undo["identity"], step["arguments"])


def _serves(place: Place, target: Target) -> bool:
    return place.run(target, "pg_isready", "-q").code == 0


def _await(condition: Callable[[], bool], within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("a container of the bench is not as it should be")
        time.sleep(0.02)
