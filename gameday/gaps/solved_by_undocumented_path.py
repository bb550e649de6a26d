"""The impact was ended, and not by anything the runbook says.

What it finds
    An impact that ended under the live fault after somebody changed something, while no mitigation of the page did it.

Why it matters
    It worked because somebody knew. The next person on call may not.

Example
    set change.flag checkout_unpaid name=bypass_payments

How to close it
    Write what helped into the page as a mitigation, with the command and how to tell that it worked.

When it stays silent
    When something documented was done in the ten seconds before users were served again, or was the last change of all.
    When nothing explains the end of the impact, a documented mitigation lies long back and so does the last change, or a
    mitigation of the page leaves no trace that could be seen (undecidable). When the fault was taken back first.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Event, Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    verdict = drill.missed("path")
    if verdict is None or drill.runbook is None:
        return
    did = drill.timeline.by_id(verdict.evidence[0])
    what = _what(did) if did else "another deed"
    yield Gap(
        rule="solved_by_undocumented_path",
        area="documentation",
        severity="S3",
        subject=Subject(kind="runbook", name=drill.runbook.path),
        summary=f"{drill.runbook.path} does not say what ended the impact: {what}",
        expected=verdict.expectation,
        observed=f"{verdict.why}: {what}",
        fix=f"Write this mitigation into {drill.runbook.path}, with the way to tell that it worked.",
        evidence=verdict.evidence,
    )


def _what(event: Event) -> str:
    if event.kind == "change.flag":
        return f"flag {event.subject.name} set to {event.text('value')}"
    if event.source == "docker":
        return f"docker {event.text('action')} {event.subject.name}"
    return event.text("command")[:120] or f"{event.kind} {event.subject.name}"
