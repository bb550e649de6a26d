"""The undo of what cannot be undone: it says so."""

from __future__ import annotations

from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost


def nothing_to_put_back(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Does nothing, on purpose: data that were destroyed do not come back, and no verb may pretend that they do."""
    return f"was irreversible: {arguments['lost']} cannot be put back"


def by_hand(arguments: Mapping[str, str]) -> str:
    return f"nothing brings {arguments['lost']} back; the service has to make it again"
