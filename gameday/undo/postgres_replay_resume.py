"""Let a PostgreSQL standby go on replaying what its primary sends."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gameday.undo import postgres
from gameday.undo.docker_host import DockerHost, NotDone

PATIENCE = 2.0
"""Seconds for the standby to notice."""
_PAUSED = "select case when pg_is_in_recovery() then pg_get_wal_replay_pause_state() else 'promoted' end"
_RESUME = "select pg_wal_replay_resume()"


def postgres_replay_resume(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Resume unless it replays, then read back. A restart or a promotion ends a pause by itself."""
    if not host.can_be_entered(arguments["container"]):
        return "was ended with its server"
    match postgres.ask(host, arguments, _PAUSED):
        case "promoted":
            return "was ended by a promotion"
        case "not paused":
            return "was replaying"
    postgres.ask(host, arguments, _RESUME)
    deadline = time.monotonic() + PATIENCE
    while (now := postgres.ask(host, arguments, _PAUSED)) not in ("not paused", "promoted"):
        if time.monotonic() > deadline:
            raise NotDone(f"replay is {now}")
        time.sleep(0.02)
    return "replay goes on"


def by_hand(arguments: Mapping[str, str]) -> str:
    return postgres.command(arguments, _RESUME)
