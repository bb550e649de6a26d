"""Whole drills of the database and of the queue: what was planted is found, and nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from tests.sandbox.conftest import Bench, review_of
from tests.sandbox.test_drills import rules


@dataclass(frozen=True)
class Drilled:
    """One scenario, what its planted responder and alerting leave to be found, and what the fault is on."""

    scenario: str
    planted: frozenset[str]
    target: str


SCENARIOS = (
    Drilled("database-lost", frozenset({"alert_never_fired", "alert_unexpected", "heartbeat_missing"}), "db"),
    Drilled(
        "queue-backs-up",
        frozenset({"alert_delivered_late", "page_unacknowledged", "runbook_link_missing", "solved_by_undocumented_path"}),
        "worker",
    ),
)


def drill(bench: Bench, drilled: Drilled, kind: str, *words: str) -> tuple[int, dict[str, object]]:
    before = bench.drills()
    ended = bench.gameday("run", f"scenarios/{drilled.scenario}.yaml", "--responders", f"responders/{drilled.scenario}-{kind}.yaml", *words)
    (folder,) = bench.drills() - before
    review = review_of(folder)
    assert review["safety"]["left"] == [], ended.err
    assert bench.state(drilled.target).startswith("running")
    return ended.code, review


def verdicts(review: dict[str, object]) -> dict[str, str]:
    return {v["key"]: v["verdict"] for v in review["verdicts"]}  # type: ignore[attr-defined]


@pytest.mark.drills
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("drilled", SCENARIOS, ids=lambda d: d.scenario)
def test_a_perfect_response_leaves_no_gap_and_a_planted_one_exactly_its_own(bench: Bench, drilled: Drilled) -> None:
    for _ in range(int(os.environ.get("ROUNDS", "1"))):
        code, review = drill(bench, drilled, "perfect")
        assert (code, rules(review)) == (0, set())
        assert {k: v for k, v in verdicts(review).items() if v not in ("met", "not_applicable")} == {}
        assert verdicts(review)["mitigated_by_people"] == "met"
        code, review = drill(bench, drilled, "planted", "--var", f"alerting=planted-{drilled.scenario}")
        assert (code, rules(review)) == (1, set(drilled.planted))
