"""The clock of the picture: which part of a drill is shown, and where a moment stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gameday.model.record import Record
from gameday.model.review import Review
from gameday.model.telling import DEEDS, deed, zero

BEFORE, AFTER = timedelta(seconds=6), timedelta(seconds=5)
"""So much of the quiet time around what happened is shown."""
SHARE = 0.06
"""Or so much of the whole, where that is more."""
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400, 864000)
APART = 62
"""Pixels between ticks, at least."""


@dataclass(frozen=True)
class Scale:
    """From `begin` at pixel `left` to `end` at pixel `right`; offsets count from `zero`."""

    zero: datetime
    begin: datetime
    end: datetime
    left: float
    right: float

    def x(self, at: datetime) -> float:
        """Where a moment stands; moments outside stand at the edge."""
        share = (at - self.begin) / (self.end - self.begin)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def shows(self, at: datetime) -> bool:
        return self.begin <= at <= self.end

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Round offsets, far enough apart for their labels."""
        most = max(2.0, (self.right - self.left) / APART)
        total = (self.end - self.begin).total_seconds()
        step = next((t for t in TICKS if total / t <= most), TICKS[-1])
        tick = -int((self.zero - self.begin).total_seconds() // step) * step
        while (at := self.zero + timedelta(seconds=tick)) <= self.end:
            yield self.x(at), _offset(tick, in_minutes=total >= 120)
            tick += step


def shown(review: Review, record: Record) -> tuple[datetime, datetime]:
    """From a little before the fault to a little after the last thing that happened; waiting for what never came is not drawn."""
    heartbeat = record.plan.scenario.expect.alerts.heartbeat
    told = (e for e in record.timeline if e.subject.name != heartbeat)
    events = [e.at for e in told if e.kind.startswith(("alert.", "fault.")) or (e.kind in DEEDS and deed(e))]
    moments = [at for at in review.milestones.values() if at]
    faults = [at for f in record.faults for at in (f.armed_at, f.ended_at) if at]
    last = max(events + moments + faults, default=review.drill.ended)
    first = zero(review)
    margin = max(timedelta(0), last - first) * SHARE
    begin = max(review.drill.started, first - max(BEFORE, margin))
    return begin, max(min(last + max(AFTER, margin), review.drill.ended), begin + timedelta(seconds=10))


def _offset(seconds: int, *, in_minutes: bool) -> str:
    """`+10 s` and `−5 s`, or `+2:30` and `+1:05:00`; `0` is the fault."""
    if seconds == 0:
        return "0"
    sign, rest = ("−" if seconds < 0 else "+"), abs(seconds)
    if not in_minutes:
        return f"{sign}{rest} s"
    hours, minutes, rest = rest // 3600, rest // 60 % 60, rest % 60
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"
