"""The guard's own judgement of when a drill is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gameday.guard import __main__ as guard
from gameday.guard.__main__ import OVERDUE, Ceilings
from gameday.undo.ledger import Ledger


def test_a_fault_that_outlives_its_longest_time_is_seen_however_lively_the_drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(guard, "_now", lambda: now[0])
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ceilings = Ceilings(ledger)
    assert not ceilings.outlived()
    undo: dict[str, Any] = {"identity": {}, "steps": []}
    ledger.intend(fault="f1", name="container_pause", target="web", by="worker", undo=undo, ends_within_seconds=60)
    assert not ceilings.outlived()
    now[0] += 60 + OVERDUE - 1
    assert not ceilings.outlived()
    now[0] += 2
    assert ceilings.outlived()
    ledger.append("undone", fault="f1", by="worker")
    assert not ceilings.outlived()
