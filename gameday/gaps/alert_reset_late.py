"""The alert went on firing after users were well again.

What it finds
    An alert under `expect.alerts.must` that had not resolved `reset_within` after the impact was over.

Why it matters
    Responders cannot tell whether their mitigation worked, and the next incident joins an old group in silence.

Example
    end 120s
    move alert.resolved PaymentsErrorRate by 60s

How to close it
    Shorten the window of the expression, or `keep_firing_for`. An alert on a `rate` over five minutes needs up to five
    minutes to let go.

When it stays silent
    When all instances of it (told apart by their labels) had resolved in time. When users were not served again before
    the end, when Prometheus could not be read meanwhile, and when the drill ended before the alert had to reset
    (undecidable).
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for expected in drill.scenario.expect.alerts.expected:
        if (verdict := drill.missed(f"alert:{expected.alert}:reset")) is not None:
            yield Gap(
                rule="alert_reset_late",
                area="tooling",
                severity="S2",
                subject=Subject(kind="alert", name=expected.alert),
                summary=f"{expected.alert} was {verdict.why}",
                expected=verdict.expectation,
                observed=verdict.why,
                fix=f"Shorten the window of the expression of {expected.alert}, or its `keep_firing_for`.",
                evidence=verdict.evidence,
            )
