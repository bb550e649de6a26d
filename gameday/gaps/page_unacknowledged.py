"""A page was delivered, and nobody acknowledged it in time.

What it finds
    A page at a receiver of the team that owns the service, without an acknowledgement within `response.within.ack`.
    Acknowledging another alert, or the copy that another team got, does not answer it.

Why it matters
    Until somebody takes it, nobody works on it, and everybody may think that somebody else does.

Example
    end 120s
    drop page.acked PaymentsErrorRate

How to close it
    Look at the way of the page from the receiver to a person: schedule, device, do-not-disturb, escalation after a missed
    page.

When it stays silent
    When the page went to another team, when none was delivered (a ticket wakes nobody), when the drill ended before the time was over or the
    acknowledgements could not be read (undecidable).
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    verdict = drill.missed("response:ack")
    if verdict is None:
        return
    receiver = drill.page.receiver if drill.page else "the pager"
    came = drill.milestones.acknowledged is not None
    yield Gap(
        rule="page_unacknowledged",
        area="process",
        severity="S1",
        subject=Subject(kind="receiver", name=receiver),
        summary=f"The page to {receiver} was acknowledged {'late' if came else 'by nobody'}",
        expected=verdict.expectation,
        observed=f"acknowledged {verdict.why}" if came else verdict.why,
        fix=f"Follow a page from {receiver} to a person: schedule, device, escalation after a missed page.",
        evidence=verdict.evidence,
    )
