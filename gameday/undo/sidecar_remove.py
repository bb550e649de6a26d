"""Remove the helper container that holds a network fault."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone


def sidecar_remove(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """End and remove it unless it is gone, then read back. It has `grace` seconds to end by itself. Its rules in the kernel end with its process."""
    sidecar = arguments["sidecar"]
    if not host.exists(sidecar):
        return "was gone"
    host.remove(sidecar, int(arguments.get("grace", "1")))
    if host.exists(sidecar):
        raise NotDone(f"{sidecar} is still there; by hand: docker rm -f {sidecar}")
    return "sidecar removed"


def by_hand(arguments: Mapping[str, str]) -> str:
    """The command that does it without gameday."""
    return f"docker rm -f {arguments.get('sidecar', '?')}"
