"""`worker.jsonl` → events. The worker writes it, the supervisor reads it while it grows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from gameday.bundle.timeline_file import TimelineFile


class WorkerEvents:
    """Turns whole lines into events, once each."""

    def __init__(self, path: Path, timeline: TimelineFile) -> None:
        self._path, self._timeline = path, timeline
        self._read = 0
        self.ready = False
        self.injected = False
        self.finished = False
        self.why_not = ""

    def take(self, note: Callable[[str, str, datetime], None]) -> None:
        """Take in what is new; `note(kind, fault, at)` hears of each fault event."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        end = data.rfind(b"\n") + 1
        for line in data[self._read : end].splitlines():
            self._tell(json.loads(line), note)
        self._read = max(end, self._read)

    def _tell(self, line: dict[str, Any], note: Callable[[str, str, datetime], None]) -> None:
        kind, at = line.pop("kind"), datetime.fromisoformat(line.pop("ts"))
        if kind == "toolkit.ready":
            self.ready = True
        if kind == "toolkit.hypothesis" and not line.get("met"):
            self.why_not = "the steady state was not met when the experiment began; nothing was injected"
        if kind == "toolkit.finished":
            self.finished = True
        if not kind.startswith("fault."):
            return
        self.injected = self.injected or kind == "fault.injecting"
        if kind in ("fault.failed", "fault.not_triggered") and not self.injected:
            self.why_not = self.why_not or str(line.get("why", ""))
        fault = str(line.pop("fault"))
        self._timeline.append(kind, "worker", ("fault", fault), at=at, actor="gameday", actor_kind="injector", data=line)
        note(kind, fault, at)
