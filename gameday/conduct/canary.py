"""Our own outside probe: one request after another, at a steady rhythm, on connections of its own."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from dataclasses import dataclass

from gameday import time_of_day
from gameday.clients.http import HttpClient, Unreachable
from gameday.model.protocols import Sighting
from gameday.model.scenario import Canary
from gameday.time_of_day import boottime


@dataclass(frozen=True)
class Sample:
    """One request of the canary. `at` is when it was sent, in seconds since boot."""

    at: float
    good: bool


class CanaryThread(threading.Thread):
    """Samples until stopped, and knows whether users are served now."""

    def __init__(self, canary: Canary, service: str, see: Sighting) -> None:
        super().__init__(name="canary", daemon=True)
        self._canary, self._service, self._see = canary, service, see
        self._timeout = canary.timeout.total_seconds()
        # A connection a sample: a pooled one would go on where a new user could not get in.
        self._http = HttpClient(self._timeout, headers={"User-Agent": "gameday-canary"}, pooled=False)
        self._ended = threading.Event()
        self._samples: deque[Sample] = deque(maxlen=5_000)
        self.impact_at: float | None = None
        """When impact began, once `watch_impact` was called and m of n samples were bad."""
        self._watching_from: float | None = None

    def run(self) -> None:
        every = self._canary.every.total_seconds()
        due = boottime()
        while not self._ended.is_set():
            self._sample()
            due = max(due + every, boottime())
            self._ended.wait(due - boottime())

    def _sample(self) -> None:
        sent, at = boottime(), time_of_day.now()
        status, error = None, ""
        # W3C Trace Context: a target that traces its requests shows each sample of ours as a trace of this id.
        trace = secrets.token_hex(16)
        headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
        try:
            status = self._http.request(self._canary.method, self._canary.url, headers=headers).status
        except Unreachable as unreachable:
            error = str(unreachable)
        good = status == self._canary.ok
        self._samples.append(Sample(sent, good))
        self._date_impact()
        ms = round((boottime() - sent) * 1000, 1)
        data = {"ok": good, "status": status, "ms": ms, "error": error, "trace": trace}
        self._see("canary.sample", ("service", self._service), at=at, data=data)

    def watch_impact(self, since: float) -> None:
        """Bad samples from here (seconds since boot) on can be the beginning of impact; one before is forgotten."""
        self._watching_from = since
        self.impact_at = None

    def _date_impact(self) -> None:
        if self._watching_from is None or self.impact_at is not None:
            return
        window = [s for s in list(self._samples)[-self._canary.bad.of :] if s.at >= self._watching_from]
        bad = [s for s in window if not s.good]
        if len(bad) >= self._canary.bad.bad:
            self.impact_at = bad[0].at

    def good_since(self) -> float | None:
        """Since when every sample was good (seconds since boot); None when the last one was bad or there is none."""
        since = None
        for sample in reversed(self._samples):
            if not sample.good:
                break
            since = sample.at
        return since

    def good_for(self) -> float:
        """For how many seconds every sample was good."""
        since = self.good_since()
        return 0.0 if since is None else boottime() - since

    @property
    def last_error(self) -> str:
        bad = next((s for s in reversed(self._samples) if not s.good), None)
        return "" if bad is None else f"last bad sample {boottime() - bad.at:.1f} s ago"

    def stop(self) -> None:
        self._ended.set()
        self.join(self._timeout + 2)
