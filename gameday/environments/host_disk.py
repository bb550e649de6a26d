"""How fast a container may use a disk: the files of its control group that limit that, in both versions of control groups."""

from __future__ import annotations

import os
from pathlib import Path

from gameday.environments.host_side import CGROUPS, control_groups
from gameday.errors import Missing, Refused
from gameday.model.host import DiskLimit, HostProcess
from gameday.undo.disk_limit_restore import said_of

SLOWING = ("blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device")
DEVICES = Path("/sys/dev/block")


def limit(process: HostProcess, name: str, path: str, folder: str) -> DiskLimit:
    """As it is now. `folder` is where the path lies on this host."""
    if not folder:
        raise Refused(f"{path} of {name} lies in memory, and there is no disk to slow down; name a folder on a disk")
    device = disk_of(Path(folder), name)
    return DiskLimit(device, {str(file): said_of(file, device) for file in _files(process, name)})


def set_limit(limit: DiskLimit) -> None:
    for file, text in limit.files.items():
        Path(file).write_text(f"{limit.device} {text}")


def limits_disks(groups: Path) -> bool:
    """Whether this host's control groups can."""
    controllers = groups / "cgroup.controllers"
    return (groups / "blkio" / SLOWING[0]).exists() or (controllers.exists() and "io" in controllers.read_text().split())


def disk_of(folder: Path, name: str) -> str:
    """Numbers of the disk on which a folder lies: of the whole disk, since the kernel limits no partitions."""
    try:
        found = folder.stat().st_dev
    except OSError as error:
        raise Missing(f"{folder}, where {name} keeps its files, cannot be looked at from here: {error.strerror}") from error
    numbers = f"{os.major(found)}:{os.minor(found)}"
    device = DEVICES / numbers
    if not device.exists():
        raise Missing(f"{name} keeps its files on a filesystem that is no disk of this host ({numbers}), and its speed cannot be limited")
    if (device / "partition").exists():
        return (device.resolve().parent / "dev").read_text().strip()
    return numbers


def _files(process: HostProcess, name: str) -> list[Path]:
    for line in control_groups(process.pid).splitlines():
        _, controllers, path = line.split(":", 2)
        folder = CGROUPS / controllers / path.lstrip("/")
        files = [folder / n for n in SLOWING] if "blkio" in controllers.split(",") else [folder / "io.max"] if not controllers else []
        if files and all(file.is_file() for file in files):
            if not all(os.access(file, os.W_OK) for file in files):
                raise Missing(f"{files[0]} cannot be written; the control groups of this host are read-only here")
            return files
    raise Missing(
        f"no control group limits the disks of {name}: disk_slow needs blkio throttling (version 1), or the io controller (version 2)"
    )
