"""Call a function of any installed extension, in a process of its own and with a deadline.

Chaos Toolkit does not enforce a time-out on Python functions, and what a strange function does to its process (threads,
signal handlers, `sys.exit`) must not reach worker or guard.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

PATIENCE = 30.0
"""Seconds that a call may take where it does not say."""
_ANSWER = "from gameday.undo.extension import answer; answer()"


class CallFailed(Exception):
    """The function raised, did not end in its time, or could not be found. Whether it had an effect is unknown."""


def call(wanted: Mapping[str, Any], folder: str = "") -> Any:
    """What the function returned, as JSON. `wanted` has `module`, `func`, `arguments`, `timeout` in seconds.

    `secrets_from` names an environment variable for each secret: secrets are in no file of a drill. `folder` is where the
    function is looked for besides the installed ones. Raises CallFailed.
    """
    name, patience = f"{wanted['module']}.{wanted['func']}", float(wanted.get("timeout", PATIENCE))
    # No pipe: what the function leaves running would hold it open. No file: undoing must go on without disk.
    said = os.memfd_create("gameday-call")
    try:
        # In our process group, so that whoever ends a worker ends its calls.
        process = subprocess.Popen(
            [sys.executable, "-c", _ANSWER, json.dumps(wanted)], stdin=subprocess.DEVNULL, stdout=said, cwd=folder or None,
        )  # fmt: skip
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            raise CallFailed(f"{name} did not end within {patience:g} s") from None
        finally:
            process.kill()
            process.wait()
        answered = os.pread(said, 1_000_000, 0)
    finally:
        os.close(said)
    if not answered:
        raise CallFailed(f"{name} ended its process with code {process.returncode}")
    found = json.loads(answered)
    if "error" in found:
        raise CallFailed(f"{name}: {found['error']}")
    return found["value"]


def answer() -> None:
    """The other side: call what the first argument says, and print what it returned or raised as the only output."""
    out = os.dup(1)
    os.dup2(2, 1)  # what the function itself prints is no answer
    try:
        said: Mapping[str, Any] = {"value": _called(json.loads(sys.argv[1]))}
        text = json.dumps(said, default=str)
    except Exception as error:  # whatever a stranger raises
        text = json.dumps({"error": f"{type(error).__name__}: {error}"[:500]})
    os.write(out, text.encode())


def _called(wanted: Mapping[str, Any]) -> Any:
    function = getattr(importlib.import_module(wanted["module"]), wanted["func"])
    arguments, known = dict(wanted.get("arguments", {})), inspect.signature(function).parameters
    if names := wanted.get("secrets_from"):
        if missing := [name for name in names.values() if name not in os.environ]:
            raise LookupError(f"the environment has no {', '.join(missing)}")
        arguments["secrets"] = {key: os.environ[name] for key, name in names.items()}
    # Chaos Toolkit fills these two in; a function that asks for them need not be told that there are none.
    for usual in ("configuration", "secrets"):
        if usual in known:
            arguments.setdefault(usual, {})
    return function(**arguments)
