"""The alert never fired, though users were hurt for longer than it may take.

What it finds
    An alert under `expect.alerts.must` that Prometheus never had firing between the fault and the end of the alert's
    time, while the canary saw users hurt for all of that time.

Why it matters
    Nobody is told. The incident is found by a customer, or not at all.

Example
    bad 10s to 100s
    drop alert.pending PaymentsErrorRate
    drop alert.firing PaymentsErrorRate
    drop alert.resolved PaymentsErrorRate
    drop alert.delivered PaymentsErrorRate
    drop change.flag checkout_unpaid

How to close it
    Ask the rule's expression over the span of the impact. Where it has no answer, the metric or label it names does not
    exist under this fault; where its answer stays under the threshold, alert on what users feel instead, such as the
    share of failed requests at the edge. Then drill again.

When it stays silent
    When Prometheus could not be read in that time, when the impact was over before the alert was due, when it was firing
    already before the fault (undecidable), and in control runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for expected in drill.scenario.expect.alerts.expected:
        if (verdict := drill.missed(f"alert:{expected.alert}:fires")) is not None:
            yield Gap(
                rule="alert_never_fired",
                area="tooling",
                severity="S1",
                subject=Subject(kind="alert", name=expected.alert),
                summary=f"{expected.alert} never fired while users were hurt",
                expected=verdict.expectation,
                observed=verdict.why,
                fix=f"Ask the expression of {expected.alert} over the impact: does it answer, and does it cross its threshold? Alert on what users feel.",
                evidence=verdict.evidence,
            )
