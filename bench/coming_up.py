"""The whole sandbox from its images: by us until every part is well, and by Compose, left alone or waited for. Leaves none."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

from bench.row import ROUNDS, Row, timed
from gameday.clients.compose import compose_command
from gameday.environments.sandbox import COMPOSE_FILE, Sandbox

ROOT = Path(__file__).parents[1]
UPS = min(ROUNDS, 3)
"""Starts each way: some ten seconds each."""


def rows() -> list[Row]:
    sandbox = Sandbox(ROOT)
    ours, started, healthy = [], [], []
    for _ in range(UPS):
        sandbox.down()
        # In this process, as a drill does it: what a start of Python takes is measured elsewhere.
        ours.append(timed(lambda: sandbox.up(lambda _: None)))
        sandbox.down()
        started.append(timed(lambda: up_by_hand(sandbox.project)))
        healthy.append(started[-1] + timed(lambda: docker_says_healthy(sandbox.project)))
    sandbox.down()
    up = statistics.median(ours)
    return [
        Row("sandbox up from images, all of it well", up, "compose up -d, until Docker says healthy", statistics.median(healthy)),
        Row("sandbox up from images, all of it well", up, "compose up -d alone", statistics.median(started)),
    ]


def up_by_hand(project: str) -> None:
    command = [*compose_command(), "-p", project, "-f", COMPOSE_FILE, "up", "-d", "--no-build", "--scale", "shop=2"]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True)


def docker_says_healthy(project: str, within: float = 120) -> None:
    """Wait as somebody with `docker ps` does."""
    asked = ["docker", "ps", "-q", "--filter", f"label=com.docker.compose.project={project}"]
    deadline = time.monotonic() + within
    while any(subprocess.check_output([*asked, "--filter", f"health={state}"]) for state in ("starting", "unhealthy")):
        if time.monotonic() > deadline:
            raise SystemExit(f"not healthy within {within:g} s")
        time.sleep(0.1)
