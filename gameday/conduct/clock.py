"""The one door through which time comes."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The real clock. `boottime` goes on in suspend and never jumps; use it for spans."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def boottime(self) -> float:
        """Seconds since boot."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(seconds, 0))
