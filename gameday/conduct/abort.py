"""Abort conditions, each asked in a thread of its own: a probe that hangs holds up neither the drill nor the other conditions."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct import looks
from gameday.conduct.clock import Clock
from gameday.model.expectation import AbortCondition
from gameday.model.protocols import Probe

EVERY = 2.0
"""Seconds between two looks."""
PERIODS = 3
"""Looks in a row without an answer after which a drill is stopped: nobody can say that it is safe."""


class AbortWatch:
    """All conditions of a drill, from the moment that something is broken."""

    def __init__(self, conditions: Sequence[AbortCondition], probes: Mapping[str, Probe], timeline: TimelineFile, clock: Clock) -> None:
        self._threads = [_ConditionThread(c, probes, timeline, clock) for c in conditions]
        self._started = False

    def start(self) -> None:
        """May be called again at any time."""
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()

    @property
    def why(self) -> str:
        """Why the drill has to stop; empty while it need not."""
        return next((why for thread in self._threads if self._started and (why := thread.why)), "")

    def stop(self) -> None:
        for thread in self._threads:
            thread.ended.set()
        if self._started:
            for thread in self._threads:
                thread.join(0.2)  # one that hangs is a daemon, and writes nothing after its end


class _ConditionThread(threading.Thread):
    def __init__(self, condition: AbortCondition, probes: Mapping[str, Probe], timeline: TimelineFile, clock: Clock) -> None:
        super().__init__(name=f"abort when {condition}", daemon=True)
        self._condition, self._probes, self._timeline, self._clock = condition, probes, timeline, clock
        self.ended = threading.Event()
        self._met = self._blind = False
        self._looked = clock.boottime()
        self._missing = 0

    def start(self) -> None:
        self._looked = self._clock.boottime()
        super().start()

    def run(self) -> None:
        while not self.ended.is_set():
            seen = self._probes[self._condition.probe].ask()
            if self.ended.is_set():
                return
            holds = looks.record(self._timeline, self._condition, seen, "abort")
            self._looked = self._clock.boottime()
            self._met = self._met or holds is True
            self._missing = self._missing + 1 if holds is None else 0
            self._blind = self._blind or self._missing >= PERIODS
            self.ended.wait(EVERY)

    @property
    def why(self) -> str:
        if self._met:
            return f"abort condition met: {self._condition}"
        if self._condition.on_error == "ignore":
            return ""
        if self._blind:
            return f"abort condition {self._condition} could not be read {PERIODS} times in a row"
        silent = self._clock.boottime() - self._looked
        return f"abort condition {self._condition} gave no answer for {silent:.0f} s" if silent > EVERY * (PERIODS + 1) else ""
