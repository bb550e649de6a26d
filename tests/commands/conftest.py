"""The command line, called as a person calls it, in a workspace of its own and without Docker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Ended:
    """A command that ended."""

    code: int
    out: str
    err: str


Gameday = Callable[..., Ended]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for part in ("scenarios", "probes", "runbooks", "responders", "traffic"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for part in ("services.yaml", "gameday.toml", "docker-compose.sandbox.yml"):
        shutil.copy2(ROOT / part, tmp_path / part)
    return tmp_path


@pytest.fixture
def gameday(workspace: Path) -> Gameday:
    def call(*words: str, **environment: str) -> Ended:
        env = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_") and k != "DOCKER_HOST"}
        env |= {"XDG_STATE_HOME": str(workspace / "state"), "PYTHONPATH": str(ROOT), "DOCKER_HOST": "unix:///no/such.sock"} | environment
        done = subprocess.run(
            [sys.executable, "-m", "gameday", *words], cwd=workspace, env=env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    return call
