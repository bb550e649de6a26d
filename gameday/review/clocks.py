"""Times that cannot be, put right: a source whose clock is off must not move what it saw."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import datetime, timedelta

from gameday.model.event import Event
from gameday.model.timeline import Timeline

ELSEWHERE = frozenset({"prometheus", "alertmanager", "pager", "ops"})
"""Sources that tell when something happened by a clock that may not be ours."""
TOLERANCE = timedelta(seconds=2)
"""Less than this cannot be told from the time that a look takes."""


def on_one_clock(timeline: Timeline) -> Timeline:
    """The timeline, with our own time for each event whose source's time cannot be.

    Nothing is seen before it happened. And a source that was seen alive tells everything it knows then, so what it told
    only later cannot have happened long before.
    """
    alive: dict[str, list[datetime]] = {}
    for mark in timeline.of("source.alive"):
        alive.setdefault(mark.source, []).append(mark.observed)
    corrected = tuple(_corrected(e, alive.get(e.source, [])) if e.source in ELSEWHERE else e for e in timeline)
    return timeline if corrected == timeline.events else replace(timeline, events=corrected)


def _corrected(event: Event, alive: list[datetime]) -> Event:
    index = bisect_right(alive, event.observed) - 1
    last_look = alive[index] if index >= 0 and alive[index] < event.observed else None
    ahead = event.at > event.observed + TOLERANCE
    behind = last_look is not None and event.at < last_look - TOLERANCE
    if not (ahead or behind):
        return event
    return event.model_copy(update={"skew_ms": round((event.ts - event.observed) / timedelta(milliseconds=1))})
