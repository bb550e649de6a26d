"""Which hosts are silent: none of their agents gave a sign of life for so long, on our own clock.

Clocks of hosts differ; nobody compares another's time with its own. A server that starts gives every host its full time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gameday.model.claim import AgentBeat

LEASE = 15.0
"""Seconds without a sign of life after which a host's claims may be taken over."""


@dataclass
class Silence:
    """Remembers when each beat was last seen to change; times are seconds on any clock that does not jump."""

    lease: float = LEASE
    _beats: dict[str, int] = field(default_factory=dict)
    _heard: dict[str, float] = field(default_factory=dict)

    def listen(self, beats: Iterable[AgentBeat], now: float) -> None:
        there = {}
        for beat in beats:
            there[beat.agent] = beat.beat
            if self._beats.get(beat.agent) != beat.beat:
                self._heard[beat.host] = now
        self._beats = there

    def is_silent(self, host: str, now: float) -> bool:
        """Whether nothing was heard of a host for the lease. One that is met for the first time has its time before it."""
        return now - self._heard.setdefault(host, now) > self.lease
