"""`gameday approve`."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gameday.bundle.approvals import Approvals
from gameday.bundle.person import person
from gameday.conduct.permission import Rules, approved
from gameday.conduct.plan import canonical, plan_hash
from gameday.errors import Refused
from gameday.load.settings import read_settings
from gameday.model.approval import Proposal
from gameday.model.expectation import Bound
from gameday.model.plan import Plan
from tests.commands.conftest import Gameday
from tests.story import perfect, record_of


def stopped_by_losses() -> Plan:
    plan = record_of(perfect()).plan
    return plan.model_copy(update={"scenario": plan.scenario.model_copy(update={"abort_when": (Bound(probe="orders_lost", above=0),)})})


@pytest.fixture
def proposed(workspace: Path) -> str:
    plan = stopped_by_losses()
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
    assert "stopped early where orders_lost above 0" in ended.err
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


def test_where_approvers_are_named_the_approval_is_signed_with_ones_key(gameday: Gameday, workspace: Path, proposed: str) -> None:
    for name in ("bela", "eve"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(workspace / name), "-C", f"{name}@host"]
        subprocess.run(made, check=True, timeout=20, stdin=subprocess.DEVNULL)
    public = (workspace / "bela.pub").read_text().strip()
    text = f'[environments.staging]\nproject = "web"\napproval = true\n[environments.staging.approvers]\nbela = "{public}"\n'
    (workspace / "gameday.toml").write_text(text)
    unsigned, stranger = gameday("approve", proposed, "--yes"), gameday("approve", proposed, "--yes", "--key", "eve")
    assert (unsigned.code, stranger.code) == (3, 3)
    assert "its approvers are bela" in unsigned.err
    assert "eve is not the key of an approver" in stranger.err
    ended = gameday("approve", proposed, "--yes", "--key", "bela")
    assert ended.code == 0, ended.err

    plan = stopped_by_losses()
    made_plan = plan.model_copy(update={"hash": proposed})
    settings = read_settings(workspace / "gameday.toml", tuple)
    rules = Rules(settings, "staging", workspace, {"environments.staging.approvers": "gameday.toml:4"})
    assert approved(rules, made_plan, datetime.now(UTC)).by == "bela"
    file = workspace / "approvals" / f"{proposed}.approval.json"
    genuine = file.read_text()
    file.write_text(genuine.replace('"expires":"2', '"expires":"3').replace('"expires": "2', '"expires": "3'))
    with pytest.raises(Refused, match=r"is not signed by the key of bela \(gameday\.toml:4\)"):
        approved(rules, made_plan, datetime.now(UTC))
    file.write_text(genuine.replace('"bela"', '"eve"'))
    with pytest.raises(Refused, match="does not name eve as an approver"):
        approved(rules, made_plan, datetime.now(UTC))


@pytest.mark.parametrize("lasting", ["8d", "0s", "forever"])
def test_it_counts_for_a_week_at_most(gameday: Gameday, proposed: str, lasting: str) -> None:
    assert gameday("approve", proposed, "--yes", "--for", lasting).code == 2
