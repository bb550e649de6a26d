"""The recorded shell: what was run, in order, with its exit code; secrets struck out; output not kept."""

from __future__ import annotations

import json
import os
import pty
import select
import sys
import time
from pathlib import Path

import pytest

from gameday.conduct.recorded_shell import open_shell, run_recorded, struck_out


@pytest.mark.parametrize(("command", "secret"), [
    ("curl -H 'Authorization: Bearer abc123def' http://x", "abc123def"),
    ("curl -H 'Authorization: Basic YWxhZGRpbg==' http://x", "YWxhZGRpbg"),
    ("PGPASSWORD=hunter22 psql", "hunter22"),
    ("mysql --password=hunter22", "hunter22"),
    ("export API_KEY='s3cr3tkey'", "s3cr3tkey"),
    ("vault login token=s.abcdef", "s.abcdef"),
    ("psql postgres://shop:hunter22@db/shop", "hunter22"),
    ("curl -u admin:hunter22 http://x", "hunter22"),
    ("curl --user admin:hunter22 http://x", "hunter22"),
])  # fmt: skip
def test_secrets_are_struck_out(command: str, secret: str) -> None:
    assert secret not in struck_out(command)
    assert "***" in struck_out(command)


@pytest.mark.parametrize("command", ["docker restart shop", "curl http://127.0.0.1:18090/flags", "ls -u file", "git log"])
def test_ordinary_commands_stay_as_they_are(command: str) -> None:
    assert struck_out(command) == command


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in folder.glob("shell-*.jsonl") for line in path.read_text().splitlines()]


def test_one_command_is_recorded_with_its_exit_code(tmp_path: Path) -> None:
    assert run_recorded("echo out; exit 3", tmp_path, "seat-2", cwd=tmp_path) == 3
    (line,) = lines(tmp_path)
    assert (line["cmd"], line["exit"], line["seat"], line["cwd"]) == ("echo out; exit 3", 3, "seat-2", str(tmp_path))


def test_a_page_may_say_gameday_although_nobody_activated_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gameday").write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / "gameday").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert run_recorded("gameday", tmp_path, "seat-1", cwd=tmp_path) == 7


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_an_interactive_shell_records_each_line_once(tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.environ["HOME"] = str(tmp_path)
        os._exit(open_shell(tmp_path, "seat-1", sys.executable))
    try:
        for said in ("echo one | cat", "false", "export TOKEN=verysecret", "exit"):
            await_prompt(terminal)
            os.write(terminal, f"{said}\n".encode())
        os.waitpid(pid, 0)
    finally:
        os.close(terminal)
    assert [(line["cmd"], line["exit"]) for line in lines(tmp_path)] == [("echo one | cat", 0), ("false", 1), ("export TOKEN=***", 0)]


def await_prompt(terminal: int) -> None:
    """Read until bash asks for the next line."""
    seen, deadline = b"", time.monotonic() + 20
    while b"(drill)" not in seen:
        readable, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert readable, f"no prompt came: {seen!r}"
        seen += os.read(terminal, 4096)
