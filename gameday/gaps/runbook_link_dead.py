"""The runbook link of a page does not open.

What it finds
    An alert with `runbook: required` of which some notice has a `runbook_url` that answered another status than 200, or
    did not answer, when the drill last opened it from where responders are. Notices of several instances, or to several
    receivers, may link to several pages: all of them must open.

Why it matters
    The first thing a responder does is to open that link. A dead one costs a search under stress.

Example
    set alert.delivered PaymentsErrorRate runbook_url=http://wiki/gone
    add probe.link http://wiki/gone at 16s status=404

How to close it
    Correct the annotation, or put the page where it points. Check all links in continuous integration.

When it stays silent
    When the page has no link at all (`runbook_link_missing`), when the link asks for a login or redirects (undecidable),
    when it opened at a later look.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for story in (s for s in drill.alerts if s.deliveries):
        verdict = drill.missed(f"alert:{story.name}:runbook")
        seen = [drill.timeline.by_id(e) for e in verdict.evidence] if verdict else []
        dead = [e.subject.name for e in seen if e is not None and e.kind == "probe.link"]
        if verdict is None or not dead:
            continue
        yield Gap(
            rule="runbook_link_dead",
            area="documentation",
            severity="S2",
            subject=Subject(kind="alert", name=story.name),
            summary=f"The runbook link of {story.name} does not open",
            expected=verdict.expectation,
            observed=verdict.why,
            fix=f"Correct `runbook_url` of the rule {story.name}, or put the page at {' and at '.join(dead)}.",
            evidence=verdict.evidence,
        )
