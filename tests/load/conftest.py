"""A small workspace to read scenarios in, and the one way in which these tests ask for mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.faults import FAULTS
from gameday.load.probes import read_probes
from gameday.load.scenario import read_scenario

SCENARIO = """\
title: Checkout keeps selling while the payment provider stalls
environment: sandbox
service: checkout
runbook: {path: runbooks/PaymentsErrorRate.md, required: [m1|m2]}
traffic: {locustfile: traffic/shop.py, users: 30}
vars: {shop_port: 8080}
canary: {url: "http://127.0.0.1:${shop_port}/checkout", ok: 200, every: 500ms, timeout: 1s, bad: 3 of 5, steady_for: 15s}
steady_state:
  - {probe: checkout_success_rate, at_least: 0.99}
faults:
  - {fault: container_pause, target: payments, at: 20s, hold: until_mitigated, at_most: 4m}
expect:
  alerts:
    must: [{alert: PaymentsErrorRate, severity: critical, within: 45s, reset_within: 1m, runbook: required}]
    may: [{alert: CheckoutLatencyHigh}]
    must_not: [{alert: DatabaseDown}]
    heartbeat: Watchdog
  response:
    within: {ack: 1m, declare: 2m, lead: 2m, severity: 2m, first_mitigation: 3m, impact_over: 5m}
    updates: {first: 2m, every: 5m}
    guards: [{probe: checkout_success_rate, at_least: 0.5}, {probe: orders_lost, at_most: 0}]
abort_when:
  - {probe: orders_lost, above: 0}
"""
PROBES = """\
checkout_success_rate: {probe: prometheus, query: 'sum(rate(ok[30s]))', unit: ratio}
orders_lost: {probe: http, url: "http://127.0.0.1:${ops_port}/lost", field: lost}
"""
PAGE = """\
---
runbook: v1
alert: PaymentsErrorRate
service: checkout
owner: team-payments
---
# PaymentsErrorRate
## Meaning
The provider stalls.
## Mitigation
### m1 Start the payments container
```sh {"name":"m1","gd":"mitigate"}
docker start payments
```
### m2 Turn the feature off
<!-- gd
evidence: {flag: {name: payments, value: off}}
-->
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for folder in ("scenarios", "probes", "runbooks", "responders", "traffic"):
        (tmp_path / folder).mkdir()
    (tmp_path / "scenarios" / "x.yaml").write_text(SCENARIO)
    (tmp_path / "probes" / "shop.yaml").write_text(PROBES)
    (tmp_path / "runbooks" / "PaymentsErrorRate.md").write_text(PAGE)
    (tmp_path / "traffic" / "shop.py").write_text("")
    return tmp_path


Wrong = Callable[..., list[str]]


@pytest.fixture
def wrong(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Wrong:
    """The mistakes of the example scenario with some text replaced: `wrong(("at_most: 4m", "at_most: 22:30"))`."""
    monkeypatch.chdir(workspace)

    def ask(*replaced: tuple[str, str], variables: dict[str, str] | None = None) -> list[str]:
        text = SCENARIO
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        path = Path("scenarios/x.yaml")
        path.write_text(text)
        try:
            read_scenario(path, FAULTS, variables, read_probes(workspace / "probes", {"ops_port": "1"}), environments=tuple)
        except InvalidInput as error:
            return [str(m) for m in error.mistakes]
        return []

    return ask
