"""`gameday schedule due`, and so every export: what needs a yes is not due without one."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gameday.bundle.host_state import HostState
from gameday.model.settings import Settings
from gameday.server.store_place import store_url
from gameday.store.memory import Memory
from gameday.store.opening import open_store
from tests.commands.conftest import Gameday

SCENARIO = ("--scenario", "scenarios/payments-freezes.yaml")
DUE = datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.fixture
def gameday(inside: Gameday, workspace: Path) -> Gameday:
    """In a workspace with a slot that is due and needs a yes an hour ahead."""
    assert inside("schedule", "add", "needs", *SCENARIO, "--once", "2070-01-01 10:00").code == 0
    path = workspace / "schedules" / "needs.yaml"
    path.write_text(
        path.read_text().replace("2070-01-01 10:00", f"{DUE:%Y-%m-%d %H:%M}") + "approval: {by: [lead@example.org], ahead: 1h}\n"
    )
    return inside


def approve(workspace: Path, by: str, at: datetime) -> None:
    database = open_store(store_url(workspace, Settings(), HostState()))
    Memory(database).approve("needs", DUE, by, at)
    database.close()


def test_a_slot_that_nobody_said_yes_to_is_not_due(gameday: Gameday, workspace: Path) -> None:
    said = f"not due: none of lead@example.org said yes before {DUE - timedelta(hours=1):%Y-%m-%d %H:%M} UTC"
    ended = gameday("schedule", "due", "needs", "--within", "1h")
    assert (ended.code, ended.err.strip()) == (3, said)
    approve(workspace, "ana@example.org", DUE - timedelta(hours=2))
    approve(workspace, "lead@example.org", DUE - timedelta(minutes=59))
    ended = gameday("schedule", "due", "needs", "--within", "1h", "--", "no-such-program")
    assert (ended.code, ended.err.strip()) == (0, said)


def test_and_with_a_yes_it_is(gameday: Gameday, workspace: Path) -> None:
    approve(workspace, "lead@example.org", DUE - timedelta(hours=2))
    ended = gameday("schedule", "due", "needs", "--within", "1h")
    assert (ended.code, ended.out) == (0, "needs is due\n")


def test_where_there_is_no_store_nobody_can_have_said_yes(gameday: Gameday, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "sqlalchemy" else real(name, *rest))
    monkeypatch.setitem(sys.modules, "gameday.store.opening", None)
    ended = gameday("schedule", "due", "needs", "--within", "1h", "--", "no-such-program")
    assert ended.code == 6 and "gameday-drills[server]" in ended.err
