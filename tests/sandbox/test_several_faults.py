"""Two faults together and two in sequence, on two targets, in one drill each."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Bench, events, review_of

pytestmark = pytest.mark.quiet

QUICK = {
    "url": "http://127.0.0.1:${shop_port}/checkout", "method": "POST", "every": "200ms", "timeout": "1s", "bad": "2 of 3",
    "steady_for": "1s",
}  # fmt: skip
EXPECT: dict[str, Any] = {
    "alerts": {
        "must": {"none": "too short for an alert"},
        "may": [{"alert": "PaymentsErrorRate"}, {"alert": "CheckoutLatencyHigh"}, {"alert": "DatabaseDown"}],
    }
}


def conducted(bench: Bench, name: str, faults: list[dict[str, str]]) -> tuple[Path, dict[str, Any]]:
    path = bench.scenario(name, canary=QUICK, faults=faults, expect=EXPECT, runbook=None, abort_when=None)
    before = bench.drills()
    ended = bench.gameday("run", path, "--responders", "none", "--keep-sandbox")
    assert bench.drills() - before, ended.err
    (drill,) = bench.drills() - before
    return drill, review_of(drill)


def told(drill: Path) -> list[tuple[str, str]]:
    return [(e["kind"], e["subject"]["name"]) for e in events(drill) if e["kind"] in ("fault.armed", "fault.released", "fault.undone")]


def test_two_together_are_both_in_effect_and_both_removed(bench: Bench) -> None:
    drill, review = conducted(bench, "together", [
        {"fault": "container_pause", "target": "payments", "at": "200ms", "for": "6s"},
        {"fault": "cpu_pressure", "target": "db", "at": "1s", "for": "2s"},
        {"fault": "bad_deploy", "release": "v2", "target": "shop", "at": "1500ms", "for": "3s"},
    ])  # fmt: skip
    assert told(drill) == [
        ("fault.armed", "f1"), ("fault.armed", "f2"), ("fault.armed", "f3"),
        ("fault.released", "f2"), ("fault.undone", "f2"), ("fault.released", "f3"), ("fault.undone", "f3"),
        ("fault.released", "f1"), ("fault.undone", "f1"),
    ]  # fmt: skip
    assert review["safety"] == {"faults": 3, "removed_and_verified": 3, "left": []}
    verdicts = {v["key"]: v["verdict"] for v in review["verdicts"]}
    assert {verdicts[f"fault:f{n}:{what}"] for n in (1, 2, 3) for what in ("effect", "removed")} == {"met"}
    targets = ("payments", "db", "shop")
    mutated = [e for e in events(drill) if e["kind"] in ("action.mutate", "change.deploy") and e["subject"]["name"] in targets]
    assert {e["actor_kind"] for e in mutated} == {"injector"}, "none of our own deeds is taken for somebody's work"


def test_two_in_sequence_hurt_twice(bench: Bench) -> None:
    drill, review = conducted(bench, "sequence", [
        {"fault": "container_pause", "target": "payments", "at": "200ms", "for": "3s"},
        {"fault": "process_crash", "target": "payments", "at": "8s", "for": "3s"},
    ])  # fmt: skip
    assert [f for kind, f in told(drill) if kind != "fault.released"] == ["f1", "f1", "f2", "f2"]
    assert review["safety"]["removed_and_verified"] == 2
    hurt = review["impact"]["seconds"]
    began, over = (review["milestones"][m] for m in ("impact_began", "impact_over"))
    whole = (datetime.fromisoformat(over) - datetime.fromisoformat(began)).total_seconds()
    assert 4 < hurt < whole - 2, "the quiet between the two is no impact"
    assert bench.state("payments").startswith("running")


def test_more_at_one_time_than_the_workspace_allows_are_refused_before_anything_happens(bench: Bench) -> None:
    path = bench.scenario("many", canary=QUICK, expect=EXPECT, runbook=None, abort_when=None, faults=[
        {"fault": "container_pause", "target": t, "for": "6s"} for t in ("payments", "db", "shop", "gateway")
    ])  # fmt: skip
    before = bench.drills()
    ended = bench.gameday("run", path, "--responders", "none")
    assert (ended.code, bench.drills() - before) == (3, set())
    assert "write `parallel_faults = 4` under `[limits]` in gameday.toml" in ended.err
