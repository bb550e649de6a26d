"""The time of day in a drill: the wall clock as it was when the drill began, counted on since boot.

Whoever sets the wall clock in mid-drill (a person, NTP, a host that wakes up) then moves no event and ends no fault.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

HELD = "GAMEDAY_CLOCK"
"""Where a drill's children find its clock: Unix seconds of the moment of boot, as the drill saw it when it began."""
TOLD = 0.1
"""Seconds; by less, a clock drifts rather than being set."""


def boottime() -> float:
    """Seconds since boot: they go on in suspend, and never jump."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@contextmanager
def held() -> Iterator[None]:
    """Inside, `now` goes on from here, in this process and in each that it starts."""
    before = os.environ.get(HELD)
    os.environ[HELD] = repr(time.time() - boottime())
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(HELD, None)
        else:
            os.environ[HELD] = before


def now() -> datetime:
    """The drill's time where one is held, the wall clock's otherwise; UTC."""
    boot = _boot()
    return datetime.now(UTC) if boot is None else datetime.fromtimestamp(boot + boottime(), UTC)


def set_by() -> float:
    """Seconds by which the wall clock of this host was set since the drill began; negative where it was set back."""
    boot = _boot()
    moved = 0.0 if boot is None else time.time() - (boot + boottime())
    return moved if abs(moved) >= TOLD else 0.0


def _boot() -> float | None:
    try:
        return float(os.environ[HELD])
    except (KeyError, ValueError):
        return None
