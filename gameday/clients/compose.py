"""Docker Compose, v2 (`docker compose`) or v1 (`docker-compose`): up, down, scale and the list of images."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gameday.errors import Missing


@dataclass(frozen=True)
class Compose:
    """One Compose project: its file, its name, and the variables that its file reads."""

    file: Path
    project: str
    variables: Mapping[str, str]

    def up(self, scale: Mapping[str, int]) -> None:
        """Create or start what is missing; recreate what changed. Does not build and does not wait."""
        scaled = [word for service, n in scale.items() for word in ("--scale", f"{service}={n}")]
        self._run("up", "-d", "--no-build", *scaled, limit=120)

    def scale(self, service: str, replicas: int) -> None:
        """More or fewer containers of one service; everything else is left as it is."""
        self._run("up", "-d", "--no-build", "--no-recreate", "--no-deps", "--scale", f"{service}={replicas}", service, limit=120)

    def down(self) -> None:
        """Remove containers, networks and volumes of the project."""
        self._run("down", "-v", "--remove-orphans", "-t", "1", limit=120)

    def images(self) -> list[str]:
        """The image names that the file asks for."""
        text = self._run("config", limit=30)
        return sorted({line.split(":", 1)[1].strip() for line in text.splitlines() if line.strip().startswith("image:")})

    def _run(self, *arguments: str, limit: float) -> str:
        command = [*compose_command(), "-p", self.project, "-f", str(self.file), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=limit, check=False,
            env={**os.environ, **self.variables},
        )  # fmt: skip
        if done.returncode:
            last = "\n".join(done.stderr.strip().splitlines()[-5:])
            raise Missing(f"`{' '.join(command[-4:])}` failed:\n{last}")
        return done.stdout


@cache
def compose_command() -> tuple[str, ...]:
    """How Compose is called on this host. Raises Missing where neither form is installed."""
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
        if asked.returncode == 0:
            return ("docker", "compose")
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    raise Missing(
        "neither `docker compose` nor `docker-compose` is installed; install Docker Compose (`bash setup/docker.sh`, on Debian and Ubuntu)"
    )
