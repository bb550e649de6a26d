"""The alert fired, and its receiver got nothing.

What it finds
    An alert under `expect.alerts.must` that fired, while no notice of it came to its receiver by the time it was due.

Why it matters
    The dashboard is red and every telephone is silent. A firing alert that reaches nobody is worth as much as none.

Example
    bad 10s to 100s
    drop alert.delivered PaymentsErrorRate
    drop alert.resolved PaymentsErrorRate
    drop change.flag checkout_unpaid

How to close it
    Follow the alert through Alertmanager: does its route match (`amtool config routes test`), is there a silence or an
    inhibition, does `alertmanager_notifications_failed_total` rise for the receiver? Keep the route test.

When it stays silent
    When the alert went to another team instead (`alert_routed_to_wrong_team` says so), when the pager could not be read,
    when it resolved before a notice was due, when the drill ended within `group_wait` and 10 s after it fired
    (undecidable), and in control runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for expected in drill.scenario.expect.alerts.expected:
        if (verdict := drill.missed(f"alert:{expected.alert}:delivered")) is not None:
            receiver = expected.receiver or "a receiver"
            yield Gap(
                rule="alert_not_delivered",
                area="tooling",
                severity="S1",
                subject=Subject(kind="alert", name=expected.alert),
                summary=f"{expected.alert} fired and did not reach {receiver}",
                expected=verdict.expectation,
                observed=verdict.why,
                fix=f"Test the route of {expected.alert} to {receiver}, look for a silence, and for failed notifications of that receiver.",
                evidence=verdict.evidence,
            )
