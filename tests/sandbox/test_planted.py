"""Gaps planted in the monitoring, one by one: found, and nothing else is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Bench, review_of

pytestmark = pytest.mark.quiet

FAULT = {"fault": "container_pause", "target": "payments", "at": "200ms", "for": "17s"}
QUICK = {
    "url": "http://127.0.0.1:${shop_port}/checkout",
    "method": "POST",
    "every": "250ms",
    "timeout": "1s",
    "bad": "3 of 5",
    "steady_for": "1500ms",
}
EXPECT: dict[str, Any] = {
    "alerts": {
        "must": [{"alert": "PaymentsErrorRate", "severity": "critical", "receiver": "shop-pager", "within": "12s", "reset_within": "25s", "runbook": "required"}],
        "may": [{"alert": "CheckoutLatencyHigh"}],
        "must_not": [{"alert": "DatabaseDown"}],
        "heartbeat": "Watchdog",
    }
}  # fmt: skip


def profile(bench: Bench, name: str, *, rules: tuple[str, str] | None = None, routes: tuple[str, str] | None = None) -> None:
    """An alerting profile made of `fast`, with one text replaced."""
    folder = bench.root / "sandbox" / "alerting" / name
    shutil.copytree(bench.root / "sandbox" / "alerting" / "fast", folder, dirs_exist_ok=True)
    for file, change in (("rules.yml", rules), ("alertmanager.yml", routes)):
        if change:
            text = (folder / file).read_text()
            assert change[0] in text
            (folder / file).write_text(text.replace(change[0], change[1]))


def conducted(bench: Bench, alerting: str, **changes: Any) -> dict[str, Any]:
    before = bench.drills()
    values = {
        "canary": QUICK,
        "faults": [FAULT],
        "expect": EXPECT,
        "runbook": None,
        "abort_when": None,
        "sandbox": {"alerting": alerting},
    } | changes
    path = bench.scenario(f"planted-{alerting}", **values)
    ended = bench.gameday("run", path, "--responders", "none", "--keep-sandbox")
    assert bench.drills() - before, ended.err
    (drill,) = bench.drills() - before
    return {"code": ended.code, **review_of(Path(drill))}


PLANTED: dict[str, tuple[dict[str, Any], set[str], int]] = {
    "well": ({}, set(), 0),
    "never": ({"rules": ('reason="payment"', 'reason="provider"')}, {"alert_never_fired"}, 1),
    "late": ({"rules": ("for: 2s", "for: 11s")}, {"alert_delivered_late"}, 1),
    "lost": ({"routes": ("pager/shop-pager", "nowhere/shop-pager")}, {"alert_not_delivered"}, 1),
    "nolink": (
        {"rules": ("runbook_url: '{{ $externalLabels.gameday_ops_url }}/runbooks/PaymentsErrorRate'", "note: x")}, {"runbook_link_missing"}, 1,
    ),
    "noise": ({"rules": ("expr: max(shop_database_up) == 0", "expr: sum(rate(shop_checkout_failures_total[10s])) > 0.1")}, {"alert_unexpected"}, 0),
    "silent": ({"routes": ("pager/heartbeat", "nowhere/heartbeat")}, {"heartbeat_missing"}, 1),
}  # fmt: skip
"""Each is told by the replayed drills too; in containers they run with `make test-drills`."""


@pytest.mark.drills
@pytest.mark.parametrize("name", PLANTED)
def test_one_planted_gap(bench: Bench, name: str) -> None:
    change, expected, code = PLANTED[name]
    profile(bench, name, **change)
    review = conducted(bench, name)
    assert {g["rule"] for g in review["gaps"]} == expected
    assert review["code"] == code


@pytest.mark.drills
def test_a_blind_prometheus_makes_verdicts_undecidable(bench: Bench) -> None:
    profile(bench, "blind", rules=('reason="payment"', 'reason="provider"'))
    scenario = bench.scenario(
        "blind", canary=QUICK, faults=[FAULT, {"fault": "container_pause", "target": "prometheus", "at": "1s", "for": "9s"}], expect=EXPECT,
        runbook=None, abort_when=None, sandbox={"alerting": "blind"},
    )  # fmt: skip
    compose, settings = bench.root / "docker-compose.sandbox.yml", bench.root / "gameday.toml"
    plain, strict = compose.read_text(), settings.read_text()
    try:
        refused = bench.gameday("run", scenario, "--responders", "none", "--keep-sandbox")
        assert refused.code == 3 and "write `allow_monitoring_faults = true`" in refused.err
        settings.write_text(strict.replace("allow_monitoring_faults = false", "allow_monitoring_faults = true"))
        compose.write_text(plain.replace("  prometheus:\n", '  prometheus:\n    labels: {gameday.allow: "sandbox"}\n', 1))
        before = bench.drills()
        ended = bench.gameday("run", scenario, "--responders", "none", "--keep-sandbox")
    finally:
        compose.write_text(plain)
        settings.write_text(strict)
    assert ended.code == 5, ended.err
    (drill,) = bench.drills() - before
    review = review_of(drill)
    verdicts = {v["key"]: v["verdict"] for v in review["verdicts"]}
    assert verdicts["alert:PaymentsErrorRate:fires"] == "undecidable"
    assert {g["rule"] for g in review["gaps"]} == {"observer_blind"}


@pytest.mark.drills
def test_a_killed_container_comes_back(bench: Bench) -> None:
    bench.scenario("killed")
    review = conducted(bench, "fast", faults=[FAULT | {"fault": "container_kill", "for": "15s"}])
    assert {g["rule"] for g in review["gaps"]} == set()
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}
    assert bench.state("payments").startswith("running")
