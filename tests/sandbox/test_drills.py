"""Whole drills: what was planted is found, and nothing else."""

from __future__ import annotations

import json
import os

import pytest

from tests.sandbox.conftest import Bench, Ended, review_of

SCENARIO = "scenarios/payments-freezes.yaml"
PLANTED = {"alert_routed_to_wrong_team", "incident_not_declared", "runbook_link_dead", "runbook_step_skipped"}


def drill(bench: Bench, *words: str) -> tuple[Ended, dict[str, object]]:
    before = bench.drills()
    ended = bench.gameday("run", SCENARIO, "-o", "json", *words)
    assert bench.drills() - before, ended.err
    (folder,) = bench.drills() - before
    review = review_of(folder)
    assert json.loads(ended.out) == review
    for name in ("scenario.yaml", "plan.json", "experiment.json", "journal.json", "ledger.jsonl", "timeline.jsonl", "worker.jsonl"):
        assert (folder / name).stat().st_size, name
    for name in ("report.html", "report.md"):
        assert "Checkout keeps selling" in (folder / name).read_text()
    assert json.loads((folder / "journal.json").read_text())["status"] == "completed"
    return ended, review


def rules(review: dict[str, object]) -> set[str]:
    gaps = review["gaps"]
    assert isinstance(gaps, list)
    return {g["rule"] for g in gaps}


def a_perfect_drill(bench: Bench) -> None:
    before = bench.state("payments")
    ended, review = drill(bench, "--responders", "responders/perfect.yaml")
    assert (ended.code, rules(review)) == (0, set()), ended.err
    verdicts = {v["key"]: v["verdict"] for v in review["verdicts"]}  # type: ignore[attr-defined]
    assert {k: v for k, v in verdicts.items() if v != "met"} == {}
    assert bench.state("payments") == before


def a_planted_drill(bench: Bench) -> None:
    ended, review = drill(bench, "--responders", "responders/planted.yaml", "--var", "alerting=planted")
    assert (ended.code, rules(review)) == (1, PLANTED), ended.err
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}


def test_a_perfect_response_leaves_no_gap(bench: Bench) -> None:
    a_perfect_drill(bench)


def test_planted_gaps_are_found_and_none_is_invented(bench: Bench) -> None:
    a_planted_drill(bench)


@pytest.mark.drills
@pytest.mark.timeout(3600)
def test_many_drills_in_a_row_say_the_same(bench: Bench) -> None:
    for _ in range(int(os.environ.get("ROUNDS", "5"))):
        a_perfect_drill(bench)
        a_planted_drill(bench)


def test_a_control_run_breaks_nothing_and_finds_no_false_alarm(bench: Bench) -> None:
    before = bench.drills()
    ended = bench.gameday("run", SCENARIO, "--no-fault", "--responders", "none")
    assert ended.code == 0, ended.err
    (folder,) = bench.drills() - before
    review = review_of(folder)
    assert review["gaps"] == []
    assert review["safety"]["faults"] == 0
    assert "Control run" in ended.out
