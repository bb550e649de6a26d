"""Give a container's control group back the speed of a disk that it had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from gameday.undo.docker_host import DockerHost, NotDone

ROOT = Path("/sys/fs/cgroup")
NO_LIMIT = {"io.max": "rbps=max wbps=max riops=max wiops=max"}
"""What means no limit; in version 1 of control groups that is 0."""


def disk_limit_restore(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """`before` holds, for each control file, what it says of the device. The files go with their container, and the limits too."""
    changed = False
    for name, wanted in json.loads(arguments["before"]).items():
        path = Path(name)
        if not path.is_relative_to(ROOT) or ".." in path.parts or arguments["container"] not in name:
            raise ValueError(f"{path} is not a control file of {arguments['container'][:12]}")
        try:
            if said_of(path, arguments["device"]) == wanted:
                continue
            path.write_text(f"{arguments['device']} {wanted}")
            now = said_of(path, arguments["device"])
        except FileNotFoundError:
            host.state(arguments["container"])  # raises where it was removed
            return "was ended with its container"
        if now != wanted:
            raise NotDone(f"{path.name} reads {now}")
        changed = True
    return "as fast as before" if changed else "was as before"


def by_hand(arguments: Mapping[str, str]) -> str:
    files = json.loads(arguments["before"]).items()
    return " && ".join(f"echo '{arguments['device']} {wanted}' > {path}" for path, wanted in files)


def said_of(path: Path, device: str) -> str:
    """What a control file says of one device; of one that it does not name, what it means."""
    for line in path.read_text().splitlines():
        name, _, limits = line.partition(" ")
        if name == device:
            return limits.strip()
    return NO_LIMIT.get(path.name, "0")
