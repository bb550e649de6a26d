"""End the sessions that a fault opened in a PostgreSQL server, and no others."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone

PATIENCE = 3.0
"""Seconds for ended sessions to be gone."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,63}")
_OURS = "from pg_stat_activity where application_name = '{}'"


def postgres_sessions_end(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """End the sessions that carry our application name, then count until none is left. They end with their server."""
    now = host.state(arguments["container"])
    if not now.running:
        return "was ended with its container"
    if now.paused:
        raise NotDone(f"{arguments['container'][:12]} is paused, and its server cannot be asked")
    if not _asked(host, arguments, "select count(pg_terminate_backend(pid)) " + _OURS):
        return "was ended"
    deadline = time.monotonic() + PATIENCE
    while left := _asked(host, arguments, "select count(*) " + _OURS):
        if time.monotonic() > deadline:
            raise NotDone(f"{left} of its sessions do not end")
        time.sleep(0.05)
    return "its sessions were ended"


def by_hand(arguments: Mapping[str, str]) -> str:
    query = "select pg_terminate_backend(pid) " + _OURS.format(arguments["marker"])
    return f'docker exec {arguments["container"][:12]} psql -U {arguments["user"]} -d {arguments["database"]} -c "{query}"'


def _asked(host: DockerHost, arguments: Mapping[str, str], query: str) -> int:
    marker, user, database = (arguments[key] for key in ("marker", "user", "database"))
    if not all(_NAME.fullmatch(word) for word in (marker, user, database)):
        raise ValueError("names of a marker, user and database are letters, digits, dots, - and _")
    return int(host.run(arguments["container"], ("psql", "-XAtq", "-U", user, "-d", database, "-c", query.format(marker))) or 0)
