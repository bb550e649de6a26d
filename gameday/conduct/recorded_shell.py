"""A recorded shell: every command with its exit code, duration and seat, and nothing of its output."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

SECRETS = (
    re.compile(r"(\b(?:bearer|basic)\s+)([^\s\"']{3,})", re.IGNORECASE),
    re.compile(
        r"((?:pass(?:word|wd)?|secret|token|api[_-]?key|authorization)[\"']?\s*[=:\s]\s*[\"']?)(?!bearer\b|basic\b)([^\s\"']{3,})",
        re.IGNORECASE,
    ),
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:)([^\s@\"']+)(?=@)", re.IGNORECASE),
    re.compile(r"((?:^|\s)(?:-u|--user)[\s=]*[\"']?[^\s:\"']+:)([^\s\"']+)"),
)
"""What looks like a secret is struck out before it is written: by patterns, which cannot know every one."""

HOOK = r"""
[ -f ~/.bashrc ] && . ~/.bashrc
__gd_armed=
__gd_before() {
  [ -n "$COMP_LINE" ] && return
  [ -z "$__gd_armed" ] && return
  __gd_armed=
  __gd_command=$(HISTTIMEFORMAT= builtin history 1 | sed 's/^ *[0-9]* *//')
  [ -z "$__gd_command" ] && __gd_command=$BASH_COMMAND
  __gd_began=$EPOCHREALTIME
}
__gd_after() {
  local code=$?
  if [ -n "$__gd_command" ]; then
    "$GAMEDAY_PYTHON" -m gameday.conduct.recorded_shell "$GAMEDAY_SHELL_LOG" "$GAMEDAY_SEAT" "$__gd_began" "$EPOCHREALTIME" "$code" "$PWD" "$__gd_command"
  fi
  __gd_command=
  __gd_armed=1
}
set -o history
HISTFILE=
HISTCONTROL=
PS1='(drill) \w \$ '
PROMPT_COMMAND=__gd_after
trap '__gd_before' DEBUG
"""
"""What bash runs first. `history` holds a line as it was typed; BASH_COMMAND only its first simple command."""


def record(log: Path, seat: str, began: float, ended: float, code: int, cwd: str, command: str) -> None:
    """Append one command to a shell's log."""
    line = {
        "ts": datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds"),
        "cmd": struck_out(command)[:4_000],
        "exit": code,
        "dur_ms": round((ended - began) * 1000),
        "cwd": cwd,
        "seat": seat,
        "session": log.stem,
    }
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")


def struck_out(command: str) -> str:
    """A command with everything that looks like a secret replaced by three stars."""
    for secret in SECRETS:
        command = secret.sub(r"\1***", command)
    return command


def log_path(folder: Path, seat: str) -> Path:
    """A new log for one shell session."""
    return folder / f"shell-{seat}-{secrets.token_hex(3)}.jsonl"


def run_recorded(command: str, folder: Path, seat: str, *, cwd: Path, timeout: float | None = None) -> int:
    """Run one command as `gameday shell -c` does. Returns its exit code; 124 when it took longer than `timeout` seconds."""
    began = time.time()
    try:
        done = subprocess.run(
            ["bash", "-c", command], cwd=cwd, stdin=subprocess.DEVNULL, timeout=timeout, check=False,
            env={**os.environ, "PATH": _path()}, stdout=subprocess.DEVNULL if timeout else None, stderr=subprocess.DEVNULL if timeout else None,
        )  # fmt: skip
        code = done.returncode
    except subprocess.TimeoutExpired:
        code = 124
    record(log_path(folder, seat), seat, began, time.time(), code, str(cwd), command)
    return code


def _path() -> str:
    """Where commands are looked for: last beside this Python, so that pages may say `gameday` also where it is not installed for all."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])


def open_shell(folder: Path, seat: str, python: str) -> int:
    """An interactive bash whose commands are recorded until it is left. Returns its exit code."""
    log = log_path(folder, seat)
    with tempfile.NamedTemporaryFile("w", prefix="gameday-shell-", suffix=".rc") as hook:
        hook.write(HOOK)
        hook.flush()
        settings = {"GAMEDAY_SHELL_LOG": str(log), "GAMEDAY_SEAT": seat, "GAMEDAY_PYTHON": python}
        return subprocess.run(
            ["bash", "--rcfile", hook.name, "-i"], env={**os.environ, "PATH": _path(), **settings}, check=False
        ).returncode


def _main(arguments: list[str]) -> None:
    log, seat, began, ended, code, cwd, command = arguments
    # bash writes the fraction with the comma of some languages.
    record(Path(log), seat, float(began.replace(",", ".")), float(ended.replace(",", ".")), int(code), cwd, command)


if __name__ == "__main__":
    _main(sys.argv[1:])
