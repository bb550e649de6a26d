"""`gameday schedule approve` and `answer`: what people say of a slot."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gameday import __main__ as program
from gameday.model.claim import Errand
from gameday.server.store_place import workspace_store
from gameday.store.memory import Memory
from gameday.store.slots import Slots
from tests.commands.conftest import Ended, Gameday

SOON = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=3)
KEY = f"{SOON:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def gameday(workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gameday:
    """The program without a process of its own, in a workspace with one schedule that needs a yes."""
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("XDG_STATE_HOME", str(workspace / "state"))
    (workspace / "schedules").mkdir(exist_ok=True)
    (workspace / "schedules" / "calm.yaml").write_text(
        f'title: Checkout is drilled\nscenario: scenarios/payments-freezes.yaml\nwhen: {{once: "{SOON:%Y-%m-%d %H:%M}"}}\n'
        "approval: {by: [lead@example.org], ahead: 1d}\n"
    )

    def call(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gameday", *words])
        code = program._run()
        return Ended(code, *capsys.readouterr())

    return call


def test_a_yes_is_kept_from_who_may_say_so(gameday: Gameday, workspace: Path) -> None:
    refused = gameday("schedule", "approve", "calm", KEY, "--by", "ben@example.org")
    assert refused.code == 3 and "lead@example.org may" in refused.err
    assert gameday("schedule", "approve", "calm", KEY, "--by", "lead@example.org").code == 0
    assert "had said yes" in gameday("schedule", "approve", "calm", KEY, "--by", "lead@example.org").out
    with workspace_store(workspace) as database:
        assert [by for by, _ in Memory(database).approvals("calm", SOON)] == ["lead@example.org"]


def test_a_slot_that_is_none_is_told_with_the_next_one(gameday: Gameday) -> None:
    wrong = gameday("schedule", "approve", "calm", "2020-01-01T00:00:00Z", "--by", "lead@example.org")
    assert wrong.code == 2 and KEY in wrong.err
    for moment in ("tomorrow", "2026-12-08T09:00:00"):
        wrong = gameday("schedule", "approve", "calm", moment, "--by", "lead@example.org")
        assert wrong.code == 2 and "2026-12-08T09:00:00Z" in wrong.err


def test_what_waits_can_be_answered_once(gameday: Gameday, workspace: Path) -> None:
    assert gameday("schedule", "answer", "calm", KEY, "run", "--by", "gil").code == 2
    with workspace_store(workspace) as database:
        errand = Errand(schedule="calm", moment=SOON, ends=SOON, scenario="scenarios/payments-freezes.yaml", if_missed="ask")
        assert Slots(database).record(errand, "waiting", "down", "nobody was there", "server", SOON)
    assert gameday("schedule", "answer", "calm", KEY, "run", "--by", "gil").code == 0
    with workspace_store(workspace) as database:
        (claim,) = Slots(database).open()
        assert claim.errand.if_missed == "catch_up" and "gil said: run it" in claim.why
    assert gameday("schedule", "answer", "calm", KEY, "skip", "--by", "gil").code == 0
    again = gameday("schedule", "answer", "calm", KEY, "skip", "--by", "gil")
    assert again.code == 2 and "waiting: none" in again.err
