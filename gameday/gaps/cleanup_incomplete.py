"""A fault may still be in effect: its removal was not verified.

What it finds
    A fault in the ledger that nobody saw removed.

Why it matters
    A drill that leaves something broken is an incident of its own making.

Example
    leave f1 undo_failed

How to close it
    Run `gameday recover`. Where that fails too, it names the command to run by hand.

When it stays silent
    When every fault was verified removed, by whomever: the drill itself, its guard, or `gameday recover`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    if (left := drill.missed("end_state")) is not None:
        yield Gap(
            rule="cleanup_incomplete",
            area="drill",
            severity="S1",
            subject=Subject(kind="drill", name=drill.record.plan.scenario.service),
            summary="Not everything is as before the drill",
            expected=left.expectation,
            observed=left.why,
            fix="Look at what is named here and put it back; `gameday recover` removes what the drill itself left.",
            evidence=left.evidence,
        )
    for fault in drill.faults:
        if (verdict := drill.missed(f"fault:{fault.id}:removed")) is not None:
            yield Gap(
                rule="cleanup_incomplete",
                area="drill",
                severity="S1",
                subject=Subject(kind="fault", name=f"{fault.fault} on {fault.target}"),
                summary=f"{fault.fault} on {fault.target} may still be in effect",
                expected=verdict.expectation,
                observed=verdict.why,
                fix="Run `gameday recover`; it undoes the fault, or names the command to run by hand.",
                evidence=verdict.evidence,
            )
