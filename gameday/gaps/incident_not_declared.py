"""By the team's own criteria this was an incident, and none was declared.

What it finds
    A span in which as large a share of requests failed as `severity` in `services.yaml` says, and no declaration in the
    time the scenario gives.

Why it matters
    Without an incident there is no lead, no severity, nobody who tells customers, and nothing to learn from later.

Example
    end 120s
    drop incident.declared incident
    drop incident.severity incident

How to close it
    Make declaring cheap and the criteria known: put both at the top of the runbook. Let the alert itself open the
    incident where the criteria are a figure.

When it stays silent
    When `services.yaml` has no criteria or none was met, when the drill ended before the time was over, and when words
    could not be read (undecidable).
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    if (verdict := drill.missed("criteria")) is not None:
        yield Gap(
            rule="incident_not_declared",
            area="process",
            severity="S2",
            subject=Subject(kind="service", name=drill.scenario.service),
            summary="The criteria for an incident were met, and none was declared",
            expected=verdict.expectation,
            observed=verdict.why,
            fix="Put the criteria and the way to declare at the top of the runbook, or let the alert open the incident.",
            evidence=verdict.evidence,
        )
