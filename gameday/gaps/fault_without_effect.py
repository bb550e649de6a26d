"""The fault was injected and did nothing that users felt.

What it finds
    A fault that was not seen in effect, or one in effect of which the canary saw no impact although the scenario promises
    one: by an alert that must come, or by a budget for the response.

Why it matters
    The drill proved nothing. Silence of the monitoring was correct.

Example
    bad 0s to 0s
    drop alert.pending PaymentsErrorRate
    drop alert.firing PaymentsErrorRate
    drop alert.resolved PaymentsErrorRate
    drop alert.delivered PaymentsErrorRate

How to close it
    Choose a target that the canary's path needs, let the canary use that path, or write `must: {none: …}` where the
    service is built to absorb this fault.

When it stays silent
    When the canary could not see or took too few samples to tell, or the drill was stopped early (undecidable).
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for planned in drill.record.plan.faults:
        if (verdict := drill.missed(f"fault:{planned.id}:effect")) is not None:
            yield Gap(
                rule="fault_without_effect",
                area="drill",
                severity="S1",
                subject=Subject(kind="fault", name=f"{planned.fault} on {planned.target.service}"),
                summary=f"{planned.fault} on {planned.target.service} had no effect that users felt",
                expected=verdict.expectation,
                observed=verdict.why,
                fix="Choose a target on the canary's path, or say `must: {none: …}` where this fault is meant to be absorbed.",
                evidence=verdict.evidence,
            )
