"""The first mitigation began later than it may, or not at all.

What it finds
    More time than `response.within.first_mitigation` between the acknowledgement and the first change that could end the
    impact.

Why it matters
    Users do not wait for the cause to be understood. Mitigation first, cause later.

Example
    move change.flag checkout_unpaid by 100s
    bad 10s to 119s
    end 220s

How to close it
    Put a mitigation that is safe to try without knowing the cause at the top of the runbook, as one command.

When it stays silent
    When the impact ended before, by itself or because the drill took the fault back, when the drill ended before the time was over, when a source of changes could not be
    read (undecidable).
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    verdict = drill.missed("response:first_mitigation")
    if verdict is None:
        return
    came = drill.milestones.first_mitigation is not None
    page = drill.runbook.path if drill.runbook else "a runbook"
    yield Gap(
        rule="first_mitigation_late",
        area="process",
        severity="S2",
        subject=Subject(kind="service", name=drill.scenario.service),
        summary="The first mitigation began late" if came else "No mitigation was begun",
        expected=verdict.expectation,
        observed=f"it began {verdict.why}" if came else verdict.why,
        fix=f"Put a mitigation that is safe to try before the cause is known at the top of {page}.",
        evidence=verdict.evidence,
    )
