"""The interpreter: undo every open fault of a ledger. The same for worker, supervisor, guard and `gameday recover`."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from gameday.daemon import written_daemon
from gameday.undo import VERBS
from gameday.undo.docker_host import DockerHost, TargetGone
from gameday.undo.ledger import Ledger, OpenFault

SETTLING = 0.8
"""Seconds for which a fault that was never seen live is watched: its call may still be on its way in the daemon."""


@dataclass(frozen=True)
class PutBack:
    """How undoing one fault ended. `left` is empty when verified removed, else what to do by hand."""

    fault: str
    target: str
    detail: str
    left: str = ""
    state: Literal["undone", "lost", "undo_failed"] = "undone"


def put_back(
    ledger: Ledger, by: str, host: DockerHost, *, patience: float = 30.0, only: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[PutBack]:  # fmt: skip
    """Undo every open fault, newest first, each with its own patience in seconds; one failure never stops the others."""
    page = ledger.read()
    daemon = next((str(line["daemon"]) for line in page.of("drill") if line.get("daemon")), "")
    chosen = [f for f in page.open if only is None or f.id == only]
    return [_put_back_one(ledger, by, host, fault, patience, sleep, daemon) for fault in chosen]


def _put_back_one(
    ledger: Ledger, by: str, host: DockerHost, fault: OpenFault, patience: float, sleep: Callable[[float], None], daemon: str
) -> PutBack:
    ledger.append_if_possible("undoing", fault=fault.id, by=by)
    result = undo(host, fault, patience, sleep, daemon)
    ledger.append_if_possible(result.state, fault=fault.id, by=by, detail=result.detail)
    return result


def undo(host: DockerHost, fault: OpenFault, patience: float, sleep: Callable[[float], None] = time.sleep, daemon: str = "") -> PutBack:
    """Undo one fault, wherever its record came from. Never raises: what could not be done is `left`.

    `daemon`: the one in which it was injected. A container that another one does not know is not gone.
    """
    try:
        detail = _with_retries(lambda: _run_steps(host, fault), patience, sleep)
        if not fault.armed_at:
            again = partial(_with_retries, lambda: _run_steps(host, fault), patience, sleep)
            detail = _watch_settling(again, detail, _lands_within(fault), sleep)
    except TargetGone:
        if why := _elsewhere(host, daemon):
            return PutBack(fault.id, fault.target, why, f"{fault.fault} on {fault.target}: {why}; there {by_hand(fault)}", "undo_failed")
        return PutBack(fault.id, fault.target, "the container was removed, the fault with it", state="lost")
    except Exception as error:  # the loudest thing we print, and never the end of the other undos
        left = f"{fault.fault} on {fault.target}: {error}; {by_hand(fault)}"
        return PutBack(fault.id, fault.target, str(error), left, "undo_failed")
    restarted = any(part.startswith("restarted") for part in detail.split("; "))
    return PutBack(fault.id, fault.target, detail, state="lost" if restarted else "undone")


def _elsewhere(host: DockerHost, daemon: str) -> str:
    """Why this is not the daemon that is meant, or cannot be told to be it."""
    try:
        asked = host.daemon if daemon else ""
    except Exception as error:
        return f"the Docker daemon does not say which one it is: {error}"
    if asked == daemon:
        return ""
    return f"this Docker daemon ({asked[:12]}) is not the one where it was injected ({daemon[:12]}); set DOCKER_HOST to that one"


def by_hand(fault: OpenFault) -> str:
    """The commands that undo a fault without gameday, in order: the file of each verb knows its own."""
    commands = [_command(step) for step in fault.undo.get("steps", []) if step.get("verb") in VERBS]
    docker = written_daemon(fault.docker).command
    return "by hand: " + " && ".join(re.sub(r"\bdocker (?=[a-z])", f"{docker} ", command) for command in commands)


def _command(step: Mapping[str, Any]) -> str:
    try:
        return str(sys.modules[VERBS[step["verb"]].__module__].by_hand(step.get("arguments", {})))
    except (AttributeError, LookupError):  # nothing that a record says may keep the other undos from being done
        return f"see the manual of {step['verb']}"


def _run_steps(host: DockerHost, fault: OpenFault) -> str:
    identity = fault.undo.get("identity", {})
    said = []
    for step in fault.undo.get("steps", []):
        verb = VERBS.get(step["verb"])
        if verb is None:
            raise ValueError(f"no undo verb {step['verb']!r}; written by another version of gameday")
        said.append(verb(host, identity, step.get("arguments", {})))
    return "; ".join(said)


def _with_retries(attempt: Callable[[], str], patience: float, sleep: Callable[[float], None]) -> str:
    deadline, pause = time.monotonic() + patience, 0.1
    while True:
        try:
            return attempt()
        except TargetGone:
            raise
        except Exception:
            if time.monotonic() + pause > deadline:
                raise
        sleep(pause)
        pause = min(pause * 2, 2.0)


def _lands_within(fault: OpenFault) -> float:
    """Seconds in which a call that is on its way may still take effect: some let their target take its time."""
    return max([SETTLING, *(float(step.get("arguments", {}).get("lands_within", 0)) for step in fault.undo.get("steps", []))])


def _watch_settling(attempt: Callable[[], str], said: str, within: float, sleep: Callable[[float], None]) -> str:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        sleep(0.05)
        again = attempt()
        if not again.startswith("was "):
            said = again
    return said
