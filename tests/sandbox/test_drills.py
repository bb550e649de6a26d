"""Whole drills: what was planted is found, and nothing else."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import NamedTuple

import pytest
import yaml

from tests.sandbox.conftest import Bench, Ended, events, review_of

pytestmark = pytest.mark.quiet


class Planted(NamedTuple):
    """The alerting profile of a planted drill, and the rules whose gaps it must find."""

    alerting: str
    gaps: set[str]


FIRST = "payments-freezes"
SCENARIOS: dict[str, Planted] = {
    FIRST: Planted("planted", {"alert_routed_to_wrong_team", "incident_not_declared", "runbook_link_dead", "runbook_step_skipped"}),
    "replica-freezes": Planted("planted-replica-freezes", {"alert_delivered_late", "runbook_link_missing", "solved_by_undocumented_path"}),
    "bad-release": Planted("planted-bad-release", {"alert_never_fired", "heartbeat_missing"}),
    "traffic-surge": Planted("planted-traffic-surge", {"alert_unexpected", "first_mitigation_late", "page_unacknowledged"}),
    "database-lost": Planted("planted-database-lost", {"alert_never_fired", "alert_unexpected", "heartbeat_missing"}),
    "queue-backs-up": Planted(
        "planted-queue-backs-up", {"alert_delivered_late", "page_unacknowledged", "runbook_link_missing", "solved_by_undocumented_path"}
    ),
}
"""Each scenario, with what is planted in it and so must be found, no more and no less."""


def responder(scenario: str, kind: str) -> str:
    return f"responders/{kind}.yaml" if scenario == FIRST else f"responders/{scenario}-{kind}.yaml"


def drill(bench: Bench, scenario: str, *words: str) -> tuple[Ended, dict[str, object]]:
    path, before = f"scenarios/{scenario}.yaml", bench.drills()
    ended = bench.gameday("run", path, "-o", "json", *words)
    assert bench.drills() - before, ended.err
    (folder,) = bench.drills() - before
    review = review_of(folder)
    assert json.loads(ended.out) == review
    for name in ("scenario.yaml", "plan.json", "experiment.json", "journal.json", "ledger.jsonl", "timeline.jsonl", "worker.jsonl"):
        assert (folder / name).stat().st_size, name
    for name in ("report.html", "report.md"):
        assert yaml.safe_load((bench.root / path).read_text())["title"] in (folder / name).read_text()
    assert json.loads((folder / "journal.json").read_text())["status"] == "completed"
    ready = json.loads((folder / "worker.jsonl").read_text().splitlines()[0])
    (steady,) = (e for e in events(folder) if e["kind"] == "drill.steady")
    assert ready["kind"] == "toolkit.ready"
    assert datetime.fromisoformat(ready["ts"]) <= datetime.fromisoformat(steady["ts"]), "its start disturbs nothing that is measured"
    return ended, review


def rules(review: dict[str, object]) -> set[str]:
    gaps = review["gaps"]
    assert isinstance(gaps, list)
    return {g["rule"] for g in gaps}


def a_perfect_drill(bench: Bench, scenario: str) -> None:
    ended, review = drill(bench, scenario, "--responders", responder(scenario, "perfect"))
    assert (ended.code, rules(review)) == (0, set()), ended.err
    verdicts = {v["key"]: v["verdict"] for v in review["verdicts"]}  # type: ignore[attr-defined]
    assert {k: v for k, v in verdicts.items() if v not in ("met", "not_applicable")} == {}


def a_planted_drill(bench: Bench, scenario: str) -> None:
    planted = SCENARIOS[scenario]
    ended, review = drill(bench, scenario, "--responders", responder(scenario, "planted"), "--var", f"alerting={planted.alerting}")
    assert (ended.code, rules(review)) == (1, planted.gaps), ended.err
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}


def test_a_perfect_response_leaves_no_gap(bench: Bench) -> None:
    before = bench.state("payments")
    a_perfect_drill(bench, FIRST)
    assert bench.state("payments") == before


def test_planted_gaps_are_found_and_none_is_invented(bench: Bench) -> None:
    a_planted_drill(bench, FIRST)


@pytest.mark.drills
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_many_drills_in_a_row_say_the_same(bench: Bench, scenario: str) -> None:
    for _ in range(int(os.environ.get("ROUNDS", "5"))):
        a_perfect_drill(bench, scenario)
        a_planted_drill(bench, scenario)


def test_a_control_run_breaks_nothing_and_finds_no_false_alarm(bench: Bench) -> None:
    # As long as the slowest alert would have had; the fast profile fires within seven seconds.
    alerts = {"must": [{"alert": "PaymentsErrorRate", "within": "8s"}], "must_not": [{"alert": "DatabaseDown"}], "heartbeat": "Watchdog"}
    scenario, before = bench.scenario("control", expect={"alerts": alerts}), bench.drills()
    ended = bench.gameday("run", scenario, "--no-fault", "--responders", "none")
    assert ended.code == 0, ended.err
    (folder,) = bench.drills() - before
    review = review_of(folder)
    assert review["gaps"] == []
    assert review["safety"]["faults"] == 0
    assert "Control run" in ended.out
