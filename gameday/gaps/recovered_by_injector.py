"""The impact ended because the drill took the fault back.

What it finds
    Users who were served again only after the end of the fault by its time, its ceiling or an abort, although the fault
    was to be held until somebody mitigates it.

Why it matters
    Whether the response can end this incident is still unknown. The recovery is no merit of anybody.

Example
    drop change.flag checkout_unpaid
    bad 10s to 62s
    move fault.released f1 by -10s

How to close it
    Find out what the response lacked, give the fault a longer `at_most`, and drill again.

When it stays silent
    When a fault that came only after the recovery was taken back. With `--responders none`, with a fault that ends by time and no budget for the response, when nobody was paged.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    if (verdict := drill.missed("mitigated_by_people")) is not None:
        yield Gap(
            rule="recovered_by_injector",
            area="drill",
            severity="S2",
            subject=Subject(kind="service", name=drill.scenario.service),
            summary="The impact ended when the drill took the fault back, not through the response",
            expected=verdict.expectation,
            observed=verdict.why,
            fix="Find out what the response lacked, raise `at_most` if it was only time, and drill again.",
            evidence=verdict.evidence,
        )
