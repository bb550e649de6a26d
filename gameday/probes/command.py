"""Run a program that prints one number.

What it asks: `command`, an argument list; no shell, nothing on its input, `PATH`, `HOME` and `LANG` as its whole
    environment. The program must be allow-listed in `gameday.toml`.
Answer: The number it prints.
Blind: Not allow-listed, not found, an exit code other than 0, no end within `timeout`, over 1 MB, not a number.
Example: `queue_depth: {probe: command, command: [redis-cli, llen, orders]}`
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time

from gameday.model.observation import Blind, Observation, number_in
from gameday.model.probe import CommandProbe, Reach

LARGEST = 1_000_000


class Command:
    """`probe: command`."""

    def __init__(self, definition: CommandProbe, reach: Reach) -> None:
        self._arguments, self._timeout = definition.command, definition.timeout.total_seconds()
        self._allowed = definition.command[0] in reach.commands

    def ask(self) -> Observation:
        if not self._allowed:
            return Blind(f"{self._arguments[0]!r} is not in the allow-list of gameday.toml")
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        try:
            process = subprocess.Popen(
                self._arguments, env=environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            return Blind(f"{self._arguments[0]!r} cannot be started: {getattr(error, 'strerror', None) or error}")
        with process:
            try:
                return _answer(process, time.monotonic() + self._timeout, self._timeout)
            finally:
                _end(process)


def _answer(process: subprocess.Popen[bytes], deadline: float, timeout: float) -> Observation:
    """Read until the program closes its output; never longer than until the deadline, never more than 1 MB."""
    assert process.stdout is not None
    said = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            chunk = os.read(process.stdout.fileno(), 65_536)
            said += chunk
            if len(said) > LARGEST:
                return Blind(f"printed more than {LARGEST // 1000} kB")
            if not chunk:
                break
            if time.monotonic() > deadline:
                return Blind(f"timed out: not done within {timeout:g} s")
        else:
            return Blind(f"timed out: not done within {timeout:g} s")
    try:
        code = process.wait(max(0.01, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return Blind(f"timed out: not done within {timeout:g} s")
    return Blind(f"exit code {code}") if code else number_in(said.decode(errors="replace").strip())


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and whatever it started: all of its session, which is ours to end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
