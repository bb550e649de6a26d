"""Tell a service to read its files again."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from gameday.undo.docker_host import DockerHost, NotDone

SIGNALS = ("HUP", "USR1", "USR2")
GROWN_UP = 2.0
"""Seconds after which a process that was just started has its handler: before that, a signal may end it."""


def service_reload(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """By the signal or the command that the scenario named. Also where nothing had to be put back: its last reading is not known."""
    container = arguments["container"]
    if not host.can_be_entered(container):
        raise NotDone(f"{container[:12]} does not run, and cannot be told to reload")
    started_at = host.state(container).started_at
    if started_at != identity.get("started_at"):
        time.sleep(max(0.0, GROWN_UP - _age(started_at)))
    if arguments["signal"]:
        if arguments["signal"] not in SIGNALS:
            raise ValueError(f"{arguments['signal'][:20]!r} is not one of {', '.join(SIGNALS)}")
        host.signal(container, f"SIG{arguments['signal']}")
    else:
        host.run(container, tuple(json.loads(arguments["command"])))
    return "told to reload"


def by_hand(arguments: Mapping[str, str]) -> str:
    short = arguments["container"][:12]
    if arguments["signal"]:
        return f"docker kill -s {arguments['signal']} {short}"
    return f"docker exec {short} {shlex.join(json.loads(arguments['command']))}"


def _age(started_at: str) -> float:
    # Docker writes nine digits of a second, and Python reads six.
    began = datetime.fromisoformat(started_at[:19]).replace(tzinfo=UTC)
    return max(0.0, datetime.now(UTC).timestamp() - began.timestamp())
