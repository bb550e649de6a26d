"""How long a drill takes: likely, and at most. From the scenario alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gameday.conduct.supervision import LONGEST_QUIET
from gameday.model.injection import Injection
from gameday.model.scenario import Scenario

SETTLING = timedelta(seconds=15)
"""For watchers to start, undos to be verified, alerts to reset and the report to be written."""


@dataclass(frozen=True)
class Estimate:
    """`likely`: where every budget of the response is just kept. `longest`: where nobody comes, and nothing gets quiet."""

    likely: timedelta
    longest: timedelta
    faults_over: timedelta
    """When the last fault is gone at the latest."""


def estimate(scenario: Scenario, *, no_fault: bool = False) -> Estimate:
    """Without the time to start the environment."""
    faults = () if no_fault else scenario.faults
    likely = max((i.at + i.waits + _likely(i, scenario) for i in faults), default=timedelta(0))
    longest = max((i.ends for i in faults), default=timedelta(0))
    before = scenario.canary.steady_at_the_latest
    return Estimate(
        scenario.canary.steady_for + likely + _reset(scenario) + SETTLING,
        before + longest + timedelta(seconds=LONGEST_QUIET),
        before + longest,
    )


def _likely(injection: Injection, scenario: Scenario) -> timedelta:
    """A held fault lives until somebody who keeps the budgets has mitigated it, and users have been served for `steady_for`."""
    if not injection.hold:
        return injection.longest
    within = scenario.expect.response.within
    paged = max((a.within for a in scenario.expect.alerts.expected), default=timedelta(0))
    acting = (within.ack or timedelta(0)) + (within.first_mitigation or timedelta(0))
    return min(injection.longest, (within.impact_over or paged + acting or injection.longest) + scenario.canary.steady_for)


def _reset(scenario: Scenario) -> timedelta:
    return max((a.reset_within for a in scenario.expect.alerts.expected if a.reset_within), default=timedelta(0))
