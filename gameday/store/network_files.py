"""SQLite's locks do not hold on file systems that come over a network: a store there would be damaged in silence."""

from __future__ import annotations

import re
from pathlib import Path

from gameday.errors import Missing

OVER_A_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs", "fuse.glusterfs"}


def refuse_network_files(path: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Raises Missing where the path lies on such a file system."""
    if (kind := kind_of(path, mounts)) in OVER_A_NETWORK:
        raise Missing(
            f"the store {path} lies on {kind}, where SQLite's locks do not hold; name a place on a disk of this host "
            "under [store] in gameday.toml, or use PostgreSQL"
        )


def kind_of(path: Path, mounts: Path) -> str:
    """The file system that a path is on; empty where the kernel does not tell."""
    there = path.resolve()
    found = ("", "")
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    for line in lines:
        _, where, kind, *_ = line.split(" ")
        # Spaces and such are written as octal numbers there.
        place = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), where)
        if there.is_relative_to(place) and len(place) >= len(found[0]):
            found = (place, kind)
    return found[1]
