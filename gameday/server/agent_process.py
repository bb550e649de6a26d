"""The agent that a server starts on its own host where there is none, and starts again where it died."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gameday.server.host import Host

AGAIN_AFTER = 1.0
LOG = logging.getLogger("gameday.server")


@dataclass
class AgentProcess:
    """In a session of its own, so that Ctrl-C reaches it through the server alone. Its input ends with the server, and it winds down."""

    command: Sequence[str]
    root: Path
    host: Host
    withheld: Collection[str] = ()
    """Environment variables that are the server's own: secrets of notices."""
    _process: subprocess.Popen[bytes] | None = None
    _began: float = field(default=float("-inf"))

    def ensure(self) -> None:
        """Start it where no agent is on this host; at most once a second."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            LOG.error("the agent ended with code %s; starting another", self._process.returncode)
            self._close()
        if self.host.has_agent() or time.monotonic() - self._began < AGAIN_AFTER:
            return
        self._began = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if name not in self.withheld}
        self._process = subprocess.Popen(
            self.command, cwd=self.root, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, start_new_session=True
        )

    def stop(self) -> None:
        """End its drills with their undo, and wait for that: it is never cut short."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
            self._process.wait()
            self._close()

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None
