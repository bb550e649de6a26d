"""Collectors at work: one thread each, a heartbeat while it sees, and an honest word when it does not."""

from __future__ import annotations

import threading
from typing import Any, Protocol

from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct.clock import Clock
from gameday.model.protocols import Collector

HEARTBEAT = 3.0
"""Seconds between two `source.alive` of a source."""
BLIND_AFTER = 2.0
"""Seconds without an answer until a source counts as blind; one slow answer is no blindness."""


class Listening(Collector, Protocol):
    """A collector with its rhythm, in seconds, and the other sources that its eyes serve."""

    every: float


class Eyes:
    """Writes what collectors see into the timeline."""

    def __init__(self, timeline: TimelineFile) -> None:
        self.timeline = timeline

    def of(self, source: str) -> Any:
        """A Sighting that speaks for one source."""

        def see(kind: Any, subject: tuple[str, str], *, at: Any = None, source: str = source, **more: Any) -> None:
            self.timeline.append(kind, source, subject, at=at, **more)

        return see


class WatchThread(threading.Thread):
    """Lets one collector look, again and again, until stopped; then once more."""

    def __init__(self, collector: Any, eyes: Eyes, clock: Clock) -> None:
        super().__init__(name=f"watch {collector.source}", daemon=True)
        self._collector, self._eyes, self._clock = collector, eyes, clock
        self._sources = (collector.source, *getattr(collector, "also", ()))
        self._ended = threading.Event()
        self._failing_since: float | None = None
        self._blind = False
        self._beat = float("-inf")
        self.seen_once = threading.Event()
        self.why_blind = ""

    def run(self) -> None:
        while not self._ended.is_set():
            self._look()
            self._ended.wait(self._collector.every)
        self._look()
        if not self._blind and self._failing_since is None:
            self._say("source.alive", {})

    def _look(self) -> None:
        try:
            self._collector.look(self._eyes.of(self._collector.source))
        except Exception as error:  # whatever it is: this source cannot see, and that is what counts
            self._fail(str(error) or type(error).__name__)
            return
        self._failing_since = None
        now = self._clock.boottime()
        if self._blind or now - self._beat >= HEARTBEAT:
            self._blind, self._beat = False, now
            self._say("source.alive", {})
        self.seen_once.set()

    def _fail(self, why: str) -> None:
        now = self._clock.boottime()
        if self._failing_since is None:
            self._failing_since, self._failed_at = now, self._clock.now()
        self.why_blind = why
        if not self._blind and now - self._failing_since >= BLIND_AFTER:
            self._blind = True
            self._say("source.blind", {"why": why[:500]}, at=self._failed_at)

    def _say(self, kind: Any, data: dict[str, str], **more: Any) -> None:
        for source in self._sources:
            self._eyes.timeline.append(kind, source, ("source", source), data=data, **more)

    def stop(self) -> None:
        self._ended.set()

    def finish(self) -> None:
        """Wait for the last look."""
        self.join(6)
        if (close := getattr(self._collector, "close", None)) is not None:
            close()
        if self.is_alive() and not self._blind:
            self._say("source.blind", {"why": "it hangs and did not take its last look"})
