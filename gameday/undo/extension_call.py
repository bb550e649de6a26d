"""Call the function that undoes what a function of an extension did."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone
from gameday.undo.extension import CallFailed, call

PATIENCE = 5.0
"""Seconds after the undo in which it must be seen to have worked."""


def extension_call(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Ask `live` first and last, where the scenario names such a function; else the undo's own word is all there is."""
    folder, undo = identity.get("folder", ""), json.loads(arguments["undo"])
    live = json.loads(arguments["live"]) if "live" in arguments else None
    if live is None:
        call(undo, folder)
        return f"{undo['func']} returned; no function verifies it"
    with contextlib.suppress(CallFailed):  # an undo does not wait for somebody who can look
        if not call(live, folder):
            return "was not in effect"
    call(undo, folder)
    deadline = time.monotonic() + PATIENCE
    while call(live, folder):
        if time.monotonic() > deadline:
            raise NotDone(f"still in effect, says {live['func']}")
        time.sleep(0.1)
    return f"undone by {undo['func']}"


def by_hand(arguments: Mapping[str, str]) -> str:
    undo = json.loads(arguments["undo"])
    given = ", ".join(f"{key}={value!r}" for key, value in undo.get("arguments", {}).items())
    return f'python3 -c "from {undo["module"]} import {undo["func"]}; {undo["func"]}({given})"'
