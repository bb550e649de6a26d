"""Since when a schedule counts, by its file."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gameday.commands.serving import schedule_reader
from gameday.load.workspace import find_workspace
from gameday.server.schedule_files import ScheduleFiles

ROOT = Path(__file__).parents[2]
SCHEDULE = """\
title: Checkout is drilled
scenario: scenarios/payments-freezes.yaml
when: {cron: "0 10 * * *"}
responders: none
"""


@pytest.fixture
def files(tmp_path: Path) -> ScheduleFiles:
    for part in ("scenarios", "probes", "runbooks", "responders", "traffic"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for part in ("services.yaml", "gameday.toml"):
        shutil.copy2(ROOT / part, tmp_path)
    write(tmp_path, "old", days=30)
    workspace = find_workspace(tmp_path)
    return ScheduleFiles(workspace, lambda: schedule_reader(workspace))


def write(root: Path, name: str, days: float) -> Path:
    """A schedule that was written so many days ago."""
    path = root / "schedules" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(SCHEDULE)
    os.utime(path, ((datetime.now(UTC) - timedelta(days=days)).timestamp(),) * 2)
    return path


def ages(files: ScheduleFiles) -> dict[str, int]:
    """Since how many days each schedule counts."""
    return {name: round((datetime.now(UTC) - since) / timedelta(days=1)) for name, since in files.read()[1].items()}


def test_one_that_was_there_at_the_start_counts_since_it_was_written(files: ScheduleFiles) -> None:
    assert ages(files) == {"old": 30}


def test_one_that_gets_another_name_missed_nothing_before(files: ScheduleFiles) -> None:
    files.read()
    path = files.workspace.schedules()[0]
    path.rename(path.with_stem("new"))
    assert files.changed()
    assert ages(files) == {"new": 0}


def test_one_that_was_changed_counts_since_it_came(files: ScheduleFiles) -> None:
    files.read()
    write(files.workspace.root, "old", days=0)
    assert files.changed()
    assert ages(files) == {"old": 30}


def test_one_that_went_and_came_back_counts_anew(files: ScheduleFiles) -> None:
    files.read()
    path = files.workspace.schedules()[0]
    away = path.rename(path.with_suffix(".away"))
    assert files.changed()
    files.read()
    away.rename(path)
    assert files.changed()
    assert ages(files) == {"old": 0}
