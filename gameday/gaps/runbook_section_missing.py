"""A runbook lacks one of the sections that every alert page has.

What it finds
    A page of the profile `alert` without one of the headings Meaning, Impact, Diagnosis, Mitigation. Other spellings with
    the same word count: "Mitigation steps" is a Mitigation.

Why it matters
    Whoever reads it at night needs the same four answers each time, in the same places: what is it, how bad is it, what
    do I look at, what do I do.

Example
    runbook without Mitigation

How to close it
    Add the heading, and under it what a new member of the team would need. A Mitigation first.

When it stays silent
    On pages of the profile `service`, and where the scenario names no runbook.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap
from gameday.model.runbook import SECTIONS, Runbook


def find(drill: Drill) -> Iterator[Gap]:
    if drill.runbook is not None:
        yield from find_in_runbook(drill.runbook)


def find_in_runbook(runbook: Runbook) -> Iterator[Gap]:
    if runbook.profile != "alert":
        return
    has = [section.title.lower() for section in runbook.sections]
    there = ", ".join(section.title for section in runbook.sections) or "no sections"
    for wanted in SECTIONS:
        if any(wanted.lower() in title for title in has):
            continue
        yield Gap(
            rule="runbook_section_missing",
            area="documentation",
            severity="S2",
            subject=Subject(kind="runbook", name=runbook.path),
            summary=f"{runbook.path} has no section {wanted}",
            expected=f"a section {wanted}",
            observed=f"the page has {there}",
            fix=f"Add `## {wanted}` to {runbook.path}.",
            evidence=(f"{runbook.path}:1 sha256:{runbook.sha256}",),
            key=wanted,
        )
