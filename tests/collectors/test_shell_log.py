"""Commands of recorded shells, read as they are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gameday.collectors.shell_log import ShellLog


def line(command: str, code: int = 0) -> str:
    return json.dumps({"ts": "2026-03-04T10:00:00+00:00", "cmd": command, "exit": code, "dur_ms": 3, "cwd": "/", "seat": "seat-2"}) + "\n"


@pytest.mark.parametrize(("command", "kind"), [
    ("docker restart shop", "action.mutate"), ("docker ps", "action.observe"), ("docker compose up -d shop", "action.mutate"),
    ("curl -sX PUT http://x/flags/y -d '{}'", "action.mutate"), ("curl -s http://x/flags", "action.observe"),
    ("gameday sandbox scale shop=4", "action.mutate"), ("gameday sandbox status", "action.observe"),
    ("kubectl get pods", "action.observe"), ("kubectl rollout undo deploy/x", "action.mutate"), ("git log", "action.observe"),
])  # fmt: skip
def test_commands_that_change_something_are_told_from_looks(tmp_path: Path, command: str, kind: str) -> None:
    (tmp_path / "shell-1.jsonl").write_text(line(command))
    found: list[str] = []
    ShellLog(tmp_path).look(lambda kind, subject, **more: found.append(kind))
    assert found == [kind]


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path, whole = tmp_path / "shell-1.jsonl", line("docker ps")
    found: list[str] = []
    log = ShellLog(tmp_path)
    path.write_text(whole[:20])
    log.look(lambda kind, subject, **more: found.append(more["data"]["command"]))
    assert found == []
    path.write_text(whole)
    log.look(lambda kind, subject, **more: found.append(more["data"]["command"]))
    log.look(lambda kind, subject, **more: found.append(more["data"]["command"]))
    assert found == ["docker ps"]


def test_torn_lines_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shell-1.jsonl").write_text('{"ts": "x\n' + line("ls"))
    found: list[str] = []
    ShellLog(tmp_path).look(lambda kind, subject, **more: found.append(more["data"]["command"]))
    assert found == ["ls"]
