"""The page went to a team that does not own the service.

What it finds
    An alert under `expect.alerts.must` whose pages went only to receivers that, by `services.yaml`, belong to other
    teams than the one that reads the receiver which the scenario names; where it names none, than the service's owner.

Why it matters
    The people who are woken cannot help, and those who could sleep on. Handing over costs the first minutes.

Example
    set alert.delivered PaymentsErrorRate receiver=platform-pager

How to close it
    Correct the matchers or the order of the routes: the first route that matches wins unless it says `continue: true`.
    Keep `amtool config routes test` for these labels beside the routes. Where the owner changed, correct `services.yaml`.

When it stays silent
    When the owner was paged too (a ticket for the owner is no page), when `services.yaml` does not know the receiver or
    the owner, when the pager could not be read while a page may have come (undecidable), and when no notice came at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    for story in (s for s in drill.alerts if s.expectation):
        verdict = drill.missed(f"alert:{story.name}:route")
        if verdict is None:
            continue
        wanted = story.expectation.receiver if story.expectation else None
        owner = drill.services.whose(wanted, drill.scenario.service)
        told = ", ".join(sorted({d.receiver for d in story.deliveries}))
        labels = " ".join(f"{k}={v}" for k, v in sorted(story.labels.items()) if k in ("alertname", "service", "severity", "team"))
        yield Gap(
            rule="alert_routed_to_wrong_team",
            area="tooling",
            severity="S2",
            subject=Subject(kind="alert", name=story.name),
            summary=f"{story.name} went to {told}, which {owner} does not read",
            expected=verdict.expectation,
            observed=verdict.why,
            fix=f"Route {labels or story.name} to a receiver of {owner}, and keep a route test for these labels.",
            evidence=verdict.evidence,
        )
