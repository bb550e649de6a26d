"""The service was not well before the fault, so nothing was injected.

What it finds
    A steady state that was not met: users not served, a probe out of its bounds or blind, an expected alert firing
    already.

Why it matters
    What is broken already cannot be broken to learn something. Somebody may be working on a real incident.

Example
    unsteady checkout_success_rate at least 0.99 does not hold

How to close it
    Repair the service or its monitoring first. Where the bound is wrong, measure what is normal and write that.

When it stays silent
    When the steady state was met, and when the drill was stopped before it was asked for (undecidable).
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    if (verdict := drill.missed("steady_state")) is not None:
        yield Gap(
            rule="baseline_not_steady",
            area="drill",
            severity="S1",
            subject=Subject(kind="service", name=drill.scenario.service),
            summary="The steady state was not met; nothing was injected",
            expected=verdict.expectation,
            observed=verdict.why,
            fix="Repair the service or its monitoring first; where a bound is wrong, measure what is normal and write that.",
            evidence=verdict.evidence,
        )
