"""The one door through which time comes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from gameday import time_of_day
from gameday.bundle.timeline_file import TimelineFile

NOTED = 1.0
"""Seconds by which the wall clock has to be set for that to be told."""


class Clock:
    """The real clock. `boottime` goes on in suspend and never jumps; use it for spans."""

    def now(self) -> datetime:
        """UTC; in a drill, of the clock that it began with."""
        return time_of_day.now()

    def boottime(self) -> float:
        """Seconds since boot."""
        return time_of_day.boottime()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(seconds, 0))


@dataclass
class ClockWatch:
    """Notes in the timeline when somebody sets the wall clock; events go on by the clock that the drill began with."""

    timeline: TimelineFile
    _known: float = 0.0

    def look(self) -> None:
        set_by = time_of_day.set_by()
        if abs(set_by - self._known) >= NOTED:
            self._known = set_by
            told = f"the wall clock of this host was set by {set_by:+.1f} s since the drill began; events are dated as if it had not been"
            self.timeline.append("note", "supervisor", ("log", "clock"), data={"text": told})
