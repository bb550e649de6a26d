"""`probe: command`: an allow-listed program, no shell, no surroundings, an end."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gameday.model.observation import Blind, Observation, Seen
from gameday.model.probe import CommandProbe, Reach
from gameday.probes.command import Command


def ask(*command: str, timeout: float = 5.0, allowed: bool = True) -> Observation:
    definition = CommandProbe(probe="command", command=command, timeout=timedelta(seconds=timeout))
    return Command(definition, Reach(commands=(command[0],) if allowed else ())).ask()


def test_the_number_that_is_printed_is_seen() -> None:
    assert ask("echo", " 12.5 ") == Seen(12.5)


def test_a_program_that_is_not_allow_listed_is_not_started(tmp_path: Path) -> None:
    seen = ask("touch", str(tmp_path / "x"), allowed=False)
    assert seen == Blind("'touch' is not in the allow-list of gameday.toml")
    assert not (tmp_path / "x").exists()


def test_arguments_are_never_read_by_a_shell(tmp_path: Path) -> None:
    seen = ask("echo", f"$(touch {tmp_path}/x); touch {tmp_path}/x")
    assert isinstance(seen, Blind)
    assert not (tmp_path / "x").exists()


def test_secrets_of_our_own_environment_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    assert ask("python3", "-c", "import os; print(len([k for k in os.environ if k == 'PGPASSWORD']))") == Seen(0.0)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("false",), "exit code 1"),
        (("echo", "many"), "not a number"),
        (("echo", "nan"), "says nothing"),
        (("true",), "not a number: ''"),
        (("/nonexistent/program",), "cannot be started: No such file"),
        (("echo", "a\0b"), "cannot be started"),
        (("yes",), "printed more than"),
    ],
)
def test_anything_else_is_blind(command: tuple[str, ...], words: str) -> None:
    seen = ask(*command)
    assert isinstance(seen, Blind)
    assert words in seen.reason


def test_a_program_that_does_not_end_is_ended_with_all_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"import subprocess, pathlib; p = subprocess.Popen(['sleep', '60']); pathlib.Path({str(pid)!r}).write_text(str(p.pid)); p.wait()"
    began = time.monotonic()
    seen = ask(sys.executable, "-c", code, timeout=1.0)
    assert time.monotonic() - began < 3
    assert seen == Blind("timed out: not done within 1 s")
    deadline = time.monotonic() + 5
    while _runs(int(pid.read_text())) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(int(pid.read_text()))


def _runs(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody has collected does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
