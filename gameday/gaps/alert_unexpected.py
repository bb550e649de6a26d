"""An alert fired that has nothing to do with the fault.

What it finds
    An alert that began to fire after the fault and stands neither under `must` nor under `may`; in a control run, any
    alert but the heartbeat.

Why it matters
    Each alert that means nothing costs attention when there is least of it, and teaches people not to look.

Example
    add alert.firing DiskAlmostFull at 20s

How to close it
    Find out why it fired. If it follows from the fault and helps, write it under `may`; if it follows and only repeats,
    inhibit it; if it does not follow, correct its expression.

When it stays silent
    When it was firing already before the fault; also where only a notice says so, by the time at which the alert began.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for story in drill.alerts:
        if (verdict := drill.missed(f"alerts:unexpected:{story.name}")) is not None:
            told = ", ".join(sorted({d.receiver for d in story.deliveries}))
            cause = "without any fault" if drill.no_fault else "and nobody expected it"
            yield Gap(
                rule="alert_unexpected",
                area="tooling",
                severity="S3",
                subject=Subject(kind="alert", name=story.name),
                summary=f"{story.name} fired {cause}",
                expected=verdict.expectation,
                observed=verdict.why + (f"; delivered to {told}" if told else ""),
                fix=f"Say under `may` that {story.name} belongs to this fault, inhibit it, or correct its expression.",
                evidence=verdict.evidence,
            )
