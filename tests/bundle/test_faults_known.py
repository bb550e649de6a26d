"""A drill whose ledger was lost or torn: what was broken is known from its timeline, and so is that it was put back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gameday.bundle.folder import Folder
from gameday.gaps import GAPS
from gameday.review.judge import review

EXAMPLE = Path(__file__).parents[2] / "reports" / "example"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copytree(EXAMPLE, tmp_path / "d1")
    return Folder(tmp_path / "d1")


def keep(path: Path, lines: int) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:lines]))


def until(path: Path, word: str) -> int:
    """How many lines there are before the first with this word."""
    return next(number for number, line in enumerate(path.read_text().splitlines()) if word in line)


def test_without_a_ledger_the_timeline_tells_what_was_broken_and_put_back(folder: Folder) -> None:
    whole = folder.record()
    folder.ledger.unlink()
    record = folder.record()
    (fault,), (before,) = record.faults, whole.faults
    assert (fault.id, fault.fault, fault.target, fault.state) == (before.id, before.fault, before.target, "undone")
    assert any("ledger.jsonl does not have f1 (container_pause on payments)" in d for d in record.damage)
    judged = review(record, GAPS.values())
    assert (judged.safety.faults, judged.safety.removed_and_verified, judged.safety.left) == (1, 1, ())
    assert "observer_blind" in {g.rule for g in judged.gaps}


def test_a_ledger_that_ends_before_the_undo_is_completed_by_the_timeline(folder: Folder) -> None:
    keep(folder.ledger, until(folder.ledger, '"undoing"'))
    record = folder.record()
    assert [f.state for f in record.faults] == ["undone"]
    assert record.damage == ("ledger.jsonl does not have the undo of f1, which the timeline has",)


def test_what_neither_says_was_undone_counts_as_left(folder: Folder) -> None:
    folder.ledger.unlink()
    keep(folder.timeline, until(folder.timeline, '"fault.undone"'))
    record = folder.record()
    assert [f.state for f in record.faults] == ["armed"]
    judged = review(record, GAPS.values())
    assert judged.safety.removed_and_verified == 0
    assert judged.safety.left


def test_a_whole_record_has_no_damage(folder: Folder) -> None:
    assert folder.record().damage == ()
