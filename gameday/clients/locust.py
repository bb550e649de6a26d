"""Locust, always as a child process: importing it here would patch this process's sockets and threads."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LocustRun:
    """How to make traffic. `longest` is a ceiling in seconds, for the case that nobody stops it."""

    locustfile: Path
    host: str
    users: int
    spawn_rate: float
    longest: int

    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        """Start it in its own process group; its output and figures go to `folder`."""
        with (folder / "locust.log").open("wb") as log:
            return subprocess.Popen(
                [
                    sys.executable, "-m", "locust", "-f", str(self.locustfile), "--headless", "--only-summary",
                    "--host", self.host, "-u", str(self.users), "-r", f"{self.spawn_rate:g}", "-t", f"{self.longest}s",
                    "--exit-code-on-error", "0", "--csv", str(folder / "locust"), "--stop-timeout", "0",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
