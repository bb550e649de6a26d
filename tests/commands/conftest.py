"""The command line, called as a person calls it, in a workspace of its own and without Docker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
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


def environment_of(workspace: Path, more: Mapping[str, str]) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_") and k != "DOCKER_HOST"}
    return env | {"XDG_STATE_HOME": str(workspace / "state"), "PYTHONPATH": str(ROOT), "DOCKER_HOST": "unix:///no/such.sock", **more}


@pytest.fixture(scope="session")
def forking() -> Iterator[subprocess.Popen[str]]:
    """`forking.py`, loaded and waiting."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.commands.forking"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()
        process.wait(10)


@pytest.fixture
def gameday(workspace: Path, tmp_path_factory: pytest.TempPathFactory, forking: subprocess.Popen[str]) -> Gameday:
    """Call a command as a process that has loaded everything before."""

    def call(*words: str, **environment: str) -> Ended:
        out, err = (tmp_path_factory.mktemp("ended") / name for name in ("out", "err"))
        for file in (out, err):
            file.touch()
        asked = {
            "words": words,
            "folder": str(workspace),
            "environment": environment_of(workspace, environment),
            "out": str(out),
            "err": str(err),
        }
        assert forking.stdin and forking.stdout
        forking.stdin.write(json.dumps(asked) + "\n")
        forking.stdin.flush()
        return ended(int(forking.stdout.readline()), out.read_text(), err.read_text())

    return call


@pytest.fixture
def started(workspace: Path) -> Gameday:
    """Call a command as a shell does: a program that starts, and loads what it needs."""

    def call(*words: str, **environment: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "gameday", *words], cwd=workspace, env=environment_of(workspace, environment),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return ended(done.returncode, done.stdout, done.stderr)

    return call


def ended(code: int, out: str, err: str) -> Ended:
    assert "Traceback" not in err
    return Ended(code, out, err)


@pytest.fixture
def inside(workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gameday:
    """The program in the tests' own process, in the workspace."""
    from gameday import __main__ as program

    monkeypatch.chdir(workspace)
    monkeypatch.setenv("XDG_STATE_HOME", str(workspace / "state"))

    def call(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gameday", *words])
        code = program._run()
        return Ended(code, *capsys.readouterr())

    return call
