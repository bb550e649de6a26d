"""A page came without a link to its runbook.

What it finds
    An alert with `runbook: required` whose first notice has no annotation `runbook_url`.

Why it matters
    Whoever is woken has to know where the page is, or search for it while users are hurt.

Example
    set alert.delivered PaymentsErrorRate annotations={}

How to close it
    Add `runbook_url` to the annotations of the alert rule.

When it stays silent
    When no notice came, when the scenario does not require a runbook for this alert, and in control runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for story in (s for s in drill.alerts if s.delivered):
        verdict = drill.missed(f"alert:{story.name}:runbook")
        if verdict is None or story.delivered is None or story.delivered.link:
            continue
        yield Gap(
            rule="runbook_link_missing",
            area="documentation",
            severity="S1" if story.labels.get("severity") == "critical" else "S2",
            subject=Subject(kind="alert", name=story.name),
            summary=f"The page of {story.name} has no runbook link",
            expected=verdict.expectation,
            observed=verdict.why,
            fix=f"Add the annotation `runbook_url` to the rule {story.name}.",
            evidence=verdict.evidence,
        )
