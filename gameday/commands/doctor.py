"""`gameday doctor`: what this host can do, and what earlier drills left."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gameday.bundle.host_state import HostState
from gameday.commands.options import OUTPUT
from gameday.commands.reading import reports_folder
from gameday.conduct.preflight import Leftover, leftovers
from gameday.errors import GamedayError
from gameday.model.network import SAYS
from gameday.model.safe_text import safe

if TYPE_CHECKING:
    from gameday.clients.docker import Docker

ENOUGH_DISK = 200_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `needed`: drills cannot run without it."""

    name: str
    ok: bool
    needed: bool
    said: str


@click.command()
@OUTPUT
def command(output: str) -> int:
    """Look at Docker, Compose, the kernel, disk space and leftovers. Exit code 6 where something needed is missing, 4 where a fault is left."""
    found = [*_host(), *_docker(), *_cgroups()]
    left = leftovers(HostState())
    found.append(Finding("leftovers", not left, False, _left(left)))
    halted = HostState().halted
    found.append(Finding("lever", halted is None, False, f"halted: {halted}; lift it with `gameday resume`" if halted else "not pulled"))
    if output == "json":
        click.echo(json.dumps({"findings": [asdict(f) for f in found]}, indent=2))
    else:
        for finding in found:
            mark = "ok  " if finding.ok else "FAIL" if finding.needed else "--  "
            click.echo(safe(f"{mark}  {finding.name:12} {finding.said}", 300))
    if any(x.faults for x in left):
        return 4
    return 6 if any(f.needed and not f.ok for f in found) else 0


def _host() -> Iterator[Finding]:
    version = ".".join(str(v) for v in sys.version_info[:3])
    yield Finding("python", sys.version_info >= (3, 11), True, version)
    linux = sys.platform == "linux"
    said = f"{platform.system()} {platform.release()} {platform.machine()}"
    yield Finding("host", linux, False, said if linux else f"{said}; the guard needs Linux for its full promise")
    folder = reports_folder()
    free = shutil.disk_usage(folder if folder.is_dir() else folder.parent).free
    yield Finding("disk", free > ENOUGH_DISK, True, f"{free / 1e9:.1f} GB free for reports")


def _docker() -> Iterator[Finding]:
    from gameday.clients.docker import Docker

    try:
        docker = Docker()
        yield Finding("docker", True, True, f"server {docker.version()}")
        yield from _network_faults(docker)
    except (GamedayError, OSError) as error:
        yield Finding("docker", False, True, str(error))
    for words in (("docker", "compose", "version"), ("docker-compose", "version")):
        if shutil.which(words[0]):
            done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
            if done.returncode == 0:
                yield Finding("compose", True, True, done.stdout.partition("\n")[0].strip())
                return
    yield Finding("compose", False, True, "neither `docker compose` nor `docker-compose` answers; install Docker Compose")


def _network_faults(docker: Docker) -> Iterator[Finding]:
    """Which back ends of network faults work, found by trying each in an empty network namespace."""
    from gameday.environments.network_abilities import network_abilities

    try:
        abilities = network_abilities(docker)
    except GamedayError as error:
        yield Finding("network", False, False, f"network faults cannot run: {error}")
        return
    for name, why_not in abilities.items():
        yield Finding(name, not why_not, False, f"{why_not or 'works'}: {SAYS.get(name, name)}")


def _cgroups() -> Iterator[Finding]:
    two = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    yield Finding("cgroups", True, False, f"version {2 if two else 1}")


def _left(left: list[Leftover]) -> str:
    if not left:
        return "none of earlier drills"
    return f"{len(left)} drill(s) died and were not closed; `gameday recover` puts things back"
