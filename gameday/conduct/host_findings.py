"""What this host has for drills, and what to do about what it has not. Looks only; changes nothing."""

from __future__ import annotations

import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gameday.bundle.host_state import HostState
from gameday.conduct.recovery import leftovers, orphans
from gameday.environments.host_disk import limits_disks
from gameday.environments.sandbox import COMPOSE_FILE, Sandbox
from gameday.errors import GamedayError
from gameday.model.network import SAYS

ENOUGH_DISK = 200_000_000
ENOUGH_MEMORY = 3_000_000_000
"""Bytes that the sandbox, its users and gameday need together."""
GET_DOCKER = "on Debian and Ubuntu run `bash setup/docker.sh`; elsewhere install Docker with Compose, and start it"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen, and what to do where it is not well."""

    name: str
    ok: bool
    needed: bool
    """Drills cannot run without it."""
    said: str
    do: str = ""
    broken: bool = False
    """A fault of an earlier drill may still be in effect."""


def look(root: Path, scenarios: int) -> Iterator[Finding]:
    """Everything, in the order in which it is to be put right. `root` is a workspace that holds so many scenarios."""
    yield from host(sys.version_info[:3], sys.platform)
    yield from room(root, available_memory())
    yield from programs(find_spec)
    docker = docker_server()
    yield docker
    yield compose_command()
    yield workspace(root, scenarios)
    if (root / COMPOSE_FILE).is_file():
        yield from sandbox(Sandbox(root), docker.ok)
    if docker.ok:
        yield from network_faults()
    yield cgroups()
    yield disks(Path("/sys/fs/cgroup"))
    yield from left(HostState(), docker.ok)


def host(python: tuple[int, ...], system: str) -> Iterator[Finding]:
    version = ".".join(str(part) for part in python)
    yield Finding("python", python >= (3, 11), True, version, "install Python 3.11 or later")
    said = f"{platform.system()} {platform.release()} {platform.machine()}"
    yield Finding(
        "host", system == "linux", True, said,
        "conduct drills on Linux, such as in a virtual machine; checking, judging and reports work here",
    )  # fmt: skip


def room(root: Path, memory: int | None) -> Iterator[Finding]:
    free = shutil.disk_usage(next(p for p in (root, *root.parents) if p.is_dir())).free
    yield Finding("disk", free > ENOUGH_DISK, True, f"{free / 1e9:.1f} GB free for reports", f"free {ENOUGH_DISK / 1e6:.0f} MB or more")
    if memory is not None:
        yield Finding(
            "memory", memory > ENOUGH_MEMORY, False, f"{memory / 1e9:.1f} GB available", "the sandbox wants 3 GB; close what is not needed"
        )


def available_memory() -> int | None:
    """Bytes that programs may still take; None where the kernel does not say."""
    for line in _text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def programs(find: Callable[[str], object]) -> Iterator[Finding]:
    """Packages beside this one. They are looked up, never imported."""
    there = find("locust") is not None
    yield Finding(
        "traffic",
        there,
        True,
        "Locust is installed" if there else "Locust is not installed",
        "install gameday again, with its dependencies",
    )
    there = find("psycopg") is not None
    yield Finding(
        "sql probes", there, False, "psycopg is installed" if there else "psycopg is not installed: probes of kind `sql` are blind",
        "pip install 'gameday-drills[postgres]'",
    )  # fmt: skip


def docker_server() -> Finding:
    from gameday.clients.docker import Docker

    try:
        return Finding("docker", True, True, f"server {Docker().version()}")
    except (GamedayError, OSError) as error:
        return Finding("docker", False, True, str(error).partition(";")[0], GET_DOCKER)


def compose_command() -> Finding:
    for words in (("docker", "compose", "version"), ("docker-compose", "version")):
        if shutil.which(words[0]):
            done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
            if done.returncode == 0:
                return Finding("compose", True, True, done.stdout.partition("\n")[0].strip())
    return Finding("compose", False, True, "neither `docker compose` nor `docker-compose` answers", GET_DOCKER)


def workspace(root: Path, scenarios: int) -> Finding:
    said = f"{scenarios} scenario{'s' * (scenarios != 1)} in {root}" if scenarios else f"no scenarios in {root}"
    return Finding("workspace", scenarios > 0, False, said, "change into a workspace, or make one: `gameday init DIR`")


def sandbox(place: Sandbox, docker: bool) -> Iterator[Finding]:
    """Its images, and its ports where it is not up."""
    try:
        ports = place.variables()
        up = bool(docker and place.containers())
        missing = [i for i in place.images() if not place.docker.has_image(i)] if docker else []
    except GamedayError as error:
        yield Finding("sandbox", False, True, str(error), "put that right first")
        return
    if docker:
        said = f"not built yet: {', '.join(missing)}" if missing else "built"
        yield Finding(
            "images", not missing, False, said, "nothing: the first drill builds them, in a few minutes; now: `bash sandbox/images.sh`"
        )
    if up:
        yield Finding(
            "sandbox",
            place.is_up,
            False,
            f"{place.project} is up" if place.is_up else f"{place.project} is not healthy",
            "`gameday sandbox up`",
        )
        return
    taken = ports_taken(ports)
    names = ", ".join(f"{port} ({name})" for name, port in taken.items())
    yield Finding(
        "ports", not taken, True, f"taken by another program: {names}" if taken else "free",
        "end that program, or choose others: " + " ".join(f"GAMEDAY_{name.upper()}=…" for name in taken),
    )  # fmt: skip


def ports_taken(ports: Mapping[str, str]) -> Mapping[str, str]:
    """Those on which somebody listens already."""
    return {name: port for name, port in ports.items() if not _is_free(int(port))}


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def network_faults() -> Iterator[Finding]:
    """Which back ends of network faults work, found by trying each in an empty network namespace."""
    from gameday.clients.docker import Docker
    from gameday.environments.network_abilities import network_abilities

    try:
        abilities = network_abilities(Docker())
    except (GamedayError, OSError) as error:
        yield Finding(
            "network", False, False, f"network faults cannot run: {error}", "`make setup` or `bash sandbox/images.sh` builds the image"
        )
        return
    for name, why_not in abilities.items():
        used = f"works; network faults use it where it can do what they ask: {SAYS.get(name, name)}"
        yield Finding(name, not why_not, False, why_not or used, "a kernel that has it; network faults take the next one that works")


def cgroups() -> Finding:
    two = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    return Finding("cgroups", True, False, f"version {2 if two else 1}")


def disks(groups: Path) -> Finding:
    able = limits_disks(groups)
    said = "can be slowed down for one container (disk_slow)" if able else "no control group limits them, so disk_slow is refused"
    return Finding("disks", able, False, said, "a kernel with blkio throttling (CONFIG_BLK_DEV_THROTTLING), and its controller mounted")


def left(state: HostState, docker: bool) -> Iterator[Finding]:
    """What dead drills left, and the lever."""
    found = leftovers(state)
    lonely = orphans(state) if docker else []
    told = [f"{x.drill.drill}: {', '.join(x.faults) or 'no fault'}, {x.processes} processes" for x in found] + [o.what for o in lonely]
    said = "; ".join(told) or ("none" if docker else "none in this host's records; Docker could not be searched")
    broken = any(drill.faults for drill in found) or any(orphan.faults for orphan in lonely)
    yield Finding("leftovers", not found and not lonely, False, said, "`gameday recover`", broken=broken)
    halted = state.halted
    yield Finding(
        "lever",
        halted is None,
        False,
        f"halted, so drills are refused: {halted}" if halted else "not pulled",
        "`gameday resume --reason …`",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
