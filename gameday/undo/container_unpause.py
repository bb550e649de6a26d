"""Let a paused container run again."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone


def container_unpause(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Unpause unless it is running already, then read back."""
    container = arguments["container"]
    now = host.state(container)
    if now.started_at != identity.get("started_at"):
        # A restart ends a pause. If it is paused now, somebody else paused it: theirs to put back.
        return "restarted by others; the pause ended with the old process"
    if not now.paused:
        return "was not paused"
    host.unpause(container)
    if host.state(container).paused:
        raise NotDone("still paused")
    return "unpaused"


def by_hand(arguments: Mapping[str, str]) -> str:
    return f"docker unpause {arguments['container'][:12]}"
