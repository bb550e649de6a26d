"""Commands from recorded shells (`gameday shell`), with their exit code and duration."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from gameday.model.mutation import mutates
from gameday.model.protocols import Sighting
from gameday.time_of_day import set_by


class ShellLog:
    """Reads the files that recorded shells append to, one a shell, as far as their lines are whole."""

    source = "shell"
    every = 0.5

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}

    def look(self, see: Sighting) -> None:
        for path in sorted(self._folder.glob("shell-*.jsonl")):
            data = path.read_bytes()
            start = self._read.get(path, 0)
            end = data.rfind(b"\n") + 1
            for line in data[start:end].splitlines():
                self._tell(see, line)
            self._read[path] = max(end, start)

    @staticmethod
    def _tell(see: Sighting, line: bytes) -> None:
        try:
            said = json.loads(line)
            command, at = str(said["cmd"]), datetime.fromisoformat(said["ts"])
        except (ValueError, KeyError, TypeError):
            return  # a line that a crash cut in two
        kind = "action.mutate" if mutates(command) else "action.observe"
        data = {"command": command, "exit": said.get("exit"), "ms": said.get("dur_ms"), "cwd": said.get("cwd", "")}
        first = command.split()[0] if command.split() else command
        see(
            kind,
            ("command", first[:60]),
            at=at,
            skew_ms=round(set_by() * 1000),
            actor=str(said.get("seat", "")),
            actor_kind="human",
            data=data,
        )
