"""What supervises a drill fails itself: whoever injects is ended first, and only then may anybody undo."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gameday.bundle.folder import Folder
from gameday.conduct.clock import Clock
from gameday.conduct.supervision import Supervision
from gameday.errors import Missing
from gameday.undo.ledger import Ledger
from tests.story import perfect, record_of


class Worker:
    """Never ends by itself."""

    def __init__(self) -> None:
        self.told: list[str] = []

    ended = False

    def begin(self, steady_at: float) -> None:
        self.told.append("begin")

    def stop_early(self) -> None:
        self.told.append("stop_early")

    def end(self, within: float) -> None:
        self.told.append("end")


@pytest.mark.parametrize("error", [Missing("the lever cannot be read"), RuntimeError("ours"), KeyboardInterrupt()])
def test_an_error_that_nobody_foresaw_ends_the_worker_too(tmp_path: Path, error: BaseException) -> None:
    plan = record_of(perfect()).plan
    context: Any = SimpleNamespace(plan=plan, clock=Clock(), probes={}, undoing=False, folder=Folder(tmp_path))
    parts: Any = SimpleNamespace()
    supervision = Supervision(context, parts, Ledger(tmp_path / "ledger.jsonl"), parts, parts, parts)
    supervision._events = SimpleNamespace(take=lambda note: None)  # type: ignore[assignment]
    supervision.crew = SimpleNamespace(note_fault=None)  # type: ignore[assignment]

    def fails() -> None:
        raise error

    supervision._tick = fails  # type: ignore[method-assign]
    worker: Any = Worker()
    with pytest.raises(type(error)):
        supervision._break_and_watch(worker)
    assert worker.told == ["begin", "stop_early", "end"]
    assert context.undoing
