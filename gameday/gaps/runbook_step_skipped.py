"""A required step of the runbook left no trace, and nothing else did its work.

What it finds
    A step under `runbook.required` of which no source that could see it saw anything, while all of these sources answered
    from the fault to the end.

Why it matters
    Either the step is needed, and the page does not bring people to do it, or it is not, and the page is too long.

Example
    drop comm.public status

How to close it
    Ask those who were there: was the step not found, not clear, not possible, or not needed? Move it up, make it one
    command, or take it out.

When it stays silent
    When the outcome was achieved another way (`solved_by_undocumented_path`), when one of `m1|m2` was tried without effect,
    when a source that could have seen the step was blind, when the drill was stopped early or took the fault back before
    a mitigation was due (undecidable), when nobody was paged.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap

TRIED = ("no_effect", "impossible")
"""Of a step that is one of several, such as `m1|m2`: then it was not passed over."""


def find(drill: Drill) -> Iterator[Gap]:
    use = drill.scenario.runbook
    for entry in use.required if use else ():
        verdict = drill.missed(f"step:{entry}")
        steps = [s for s in drill.steps if s.id in entry.split("|")]
        if verdict is None or not any(s.status == "skipped" for s in steps) or any(s.status in TRIED for s in steps):
            continue
        title = " or ".join(s.title for s in steps if s.title) or entry
        page = drill.runbook.path if drill.runbook else "the runbook"
        yield Gap(
            rule="runbook_step_skipped",
            area="process",
            severity="S2",
            confidence="B",
            subject=Subject(kind="step", name=f"{page}#{entry}"),
            summary=f"Step {entry} of {page} left no trace: {title}",
            expected=verdict.expectation,
            observed=verdict.why,
            fix=f"Find out why step {entry} is passed over (not found, not clear, not needed), and change {page} accordingly.",
            evidence=verdict.evidence,
        )
