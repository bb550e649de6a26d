"""The heartbeat of the alerting did not arrive.

What it finds
    The always-firing alert named under `expect.alerts.heartbeat` of which no notice came while the drill ran, or which
    came steadily before the fault and not once after it, for more than three of its longest pauses.

Why it matters
    When alerting itself breaks, silence looks like peace. A heartbeat that somebody waits for is the only alert on that.

Example
    drop alert.delivered Watchdog

How to close it
    Add a rule `vector(1)` that always fires, route it to a receiver of its own with a short `repeat_interval`, and let
    that receiver raise an alarm when it stops.

When it stays silent
    When the scenario names no heartbeat, and when the pager could not be read or the drill was stopped early
    (undecidable). After one or two notices there is no rhythm that could be lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Drill
from gameday.model.event import Subject
from gameday.model.gap import Gap


def find(drill: Drill) -> Iterator[Gap]:
    name = drill.scenario.expect.alerts.heartbeat
    verdict = drill.missed("heartbeat")
    if name is None or verdict is None:
        return
    yield Gap(
        rule="heartbeat_missing",
        area="tooling",
        severity="S2",
        subject=Subject(kind="alert", name=name),
        summary=f"The heartbeat {name} did not come",
        expected=verdict.expectation,
        observed=verdict.why,
        fix=f"Let {name} always fire, and route it to a receiver of its own that repeats it and watches for its absence.",
        evidence=verdict.evidence,
    )
