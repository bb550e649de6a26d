"""Remove a file that a fault wrote inside a container."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone

_OURS = re.compile(r"/[A-Za-z0-9_/-]{1,200}/\.gameday-[a-z0-9-]{1,40}")


def inside_file_remove(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Remove it unless it is gone. Only a file that carries our name is touched."""
    container, path = arguments["container"], arguments["path"]
    if not _OURS.fullmatch(path):
        raise ValueError(f"{path[:100]!r} is not a file of ours")
    if not host.state(container).running:
        raise NotDone(f"{container[:12]} does not run, and nothing can be removed inside")
    look = ("sh", "-c", '[ -e "$1" ] && echo there || echo gone', "sh", path)
    if host.run(container, look) == "gone":
        return "was removed"
    host.run(container, ("rm", "-f", path))
    if host.run(container, look) != "gone":
        raise NotDone(f"{path} is still there")
    return "its file was removed"


def by_hand(arguments: Mapping[str, str]) -> str:
    return f"docker exec {arguments['container'][:12]} rm -f {arguments['path']}"
