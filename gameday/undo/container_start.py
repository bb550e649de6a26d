"""Start a container that was running before."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone


def container_start(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Start unless it is running already, then read back. The wanted state is running, whoever brought it there."""
    container = arguments["container"]
    if host.state(container).running:
        return "was running"
    host.start(container)
    if not host.state(container).running:
        raise NotDone("does not stay up")
    return "started"


def by_hand(arguments: Mapping[str, str]) -> str:
    return f"docker start {arguments['container'][:12]}"
