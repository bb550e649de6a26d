"""`gameday approve`."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gameday.bundle.approvals import Approvals
from gameday.bundle.person import person
from gameday.conduct.plan import canonical, plan_hash
from gameday.model.approval import Proposal
from tests.commands.conftest import Gameday
from tests.story import perfect, record_of


@pytest.fixture
def proposed(workspace: Path) -> str:
    plan = record_of(perfect()).plan
    made = plan_hash(plan)
    Approvals(workspace).propose(
        canonical(plan), Proposal(plan=made, name=plan.name, environment="staging", author="somebody-else", at=datetime.now(UTC))
    )
    return made


def test_it_shows_what_is_approved_and_by_whom(gameday: Gameday, proposed: str, workspace: Path) -> None:
    ended = gameday("approve", proposed[:8], "--yes", "--for", "2h")
    assert ended.code == 0, ended.err
    assert "a plan of somebody-else" in ended.err
    assert "on the Docker host" in ended.err
    assert f"{person()} approved {proposed[:12]}" in ended.out
    found = Approvals(workspace).approval(proposed)
    assert found is not None
    assert (found.by, (found.expires - found.at).total_seconds()) == (person(), 7200)


def test_the_plans_file_is_what_the_hash_is_of(proposed: str, workspace: Path) -> None:
    assert hashlib.sha256((workspace / "approvals" / f"{proposed}.plan.json").read_bytes()).hexdigest() == proposed


def test_nobody_at_the_prompt_approves_nothing(gameday: Gameday, proposed: str, workspace: Path) -> None:
    assert gameday("approve", proposed).code == 130
    assert Approvals(workspace).approval(proposed) is None


def test_ones_own_plan_is_refused(gameday: Gameday, workspace: Path, proposed: str) -> None:
    file = workspace / "approvals" / f"{proposed}.proposal.json"
    file.write_text(file.read_text().replace("somebody-else", person()))
    ended = gameday("approve", proposed, "--yes")
    assert ended.code == 3
    assert "another person has to" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [(["ffffff"], "no such plan was made here"), (["../../etc"], "no such plan"), ([""], "no such plan")],
)
def test_a_hash_that_is_none_is_said(gameday: Gameday, proposed: str, words: list[str], said: str) -> None:
    ended = gameday("approve", *words, "--yes")
    assert ended.code == 2
    assert said in ended.err


@pytest.mark.parametrize("lasting", ["8d", "0s", "forever"])
def test_it_counts_for_a_week_at_most(gameday: Gameday, proposed: str, lasting: str) -> None:
    assert gameday("approve", proposed, "--yes", "--for", lasting).code == 2
