"""The runbook link of a page does not open.

What it finds
    An alert with `runbook: required` whose notice has a `runbook_url` that answered another status than 200, or did not
    answer, when the drill opened it from where responders are.

Why it matters
    The first thing a responder does is to open that link. A dead one costs a search under stress.

Example
    set alert.delivered PaymentsErrorRate runbook_url=http://wiki/gone
    add probe.link http://wiki/gone at 16s status=404

How to close it
    Correct the annotation, or put the page where it points. Check all links in continuous integration.

When it stays silent
    When the page has no link at all (`runbook_link_missing`), when the link asks for a login or redirects (undecidable).
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for story in (s for s in drill.alerts if s.delivered):
        verdict = drill.missed(f"alert:{story.name}:runbook")
        url = story.delivered.annotations.get("runbook_url", "").strip() if story.delivered else ""
        if verdict is None or not url:
            continue
        yield Gap(
            rule="runbook_link_dead",
            area="documentation",
            severity="S2",
            subject=Subject(kind="alert", name=story.name),
            summary=f"The runbook link of {story.name} does not open",
            expected=verdict.expectation,
            observed=verdict.why,
            fix=f"Correct `runbook_url` of the rule {story.name}, or put the page at {url}.",
            evidence=verdict.evidence,
        )
