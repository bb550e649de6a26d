"""End the sessions that a fault opened in a PostgreSQL server, and no others."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gameday.undo import postgres
from gameday.undo.docker_host import DockerHost, NotDone

PATIENCE = 3.0
"""Seconds for ended sessions to be gone."""
_OURS = "from pg_stat_activity where application_name = '{}'"


def postgres_sessions_end(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """End the sessions that carry our application name, then count until none is left. They end with their server."""
    if not host.can_be_entered(arguments["container"]):
        return "was ended with its container"
    if not _asked(host, arguments, "select count(pg_terminate_backend(pid)) " + _OURS):
        return "was ended"
    deadline = time.monotonic() + PATIENCE
    while left := _asked(host, arguments, "select count(*) " + _OURS):
        if time.monotonic() > deadline:
            raise NotDone(f"{left} of its sessions do not end")
        time.sleep(0.05)
    return "its sessions were ended"


def by_hand(arguments: Mapping[str, str]) -> str:
    return postgres.command(arguments, "select pg_terminate_backend(pid) " + _OURS.format(arguments["marker"]))


def _asked(host: DockerHost, arguments: Mapping[str, str], query: str) -> int:
    return int(postgres.ask(host, arguments, query.format(postgres.checked(arguments["marker"]))) or 0)
