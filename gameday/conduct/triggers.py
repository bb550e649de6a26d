"""Faults that wait for something: has it happened?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct import looks
from gameday.model.event import Event
from gameday.model.plan import Plan
from gameday.model.protocols import Probe
from gameday.model.trigger import Trigger

EVERY = 1.0
"""Seconds between two looks at the probes."""
DEEDS = {"acknowledged": "page.acked", "declared": "incident.declared", "led": "incident.role"}


@dataclass
class Triggers:
    """Hears every event from the steady state on, and asks the probes. Each fault is told once."""

    plan: Plan
    timeline: TimelineFile
    probes: Mapping[str, Probe]
    began: float
    """When the steady state was met, in seconds since boot."""
    _waiting: dict[str, tuple[float, Trigger]] = field(default_factory=dict)
    _happened: set[tuple[str, str]] = field(default_factory=set)
    _asked: float = 0.0

    def __post_init__(self) -> None:
        pairs = zip(self.plan.faults, self.plan.scenario.faults, strict=False)
        self._waiting = {f.id: (self.began + f.starts_after_seconds, i.when) for f, i in pairs if i.when}
        if self._waiting:
            self.timeline.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if event.kind in ("alert.delivered", "alert.firing") and event.text("status") != "resolved":
            self._happened.add((event.kind, event.subject.name))
        elif event.kind in DEEDS.values():
            self._happened.add((event.kind, ""))

    def due(self, now: float) -> Iterator[str]:
        """The faults for which it has happened since the last call."""
        ask = now - self._asked >= EVERY
        if ask:
            self._asked = now
        for fault, (begins, trigger) in list(self._waiting.items()):
            if now >= begins and self._holds(trigger, ask):
                del self._waiting[fault]
                yield fault

    def _holds(self, trigger: Trigger, ask: bool) -> bool:
        """An answer that cannot be had is no trigger."""
        if trigger.bound is not None:
            return ask and looks.ask(self.timeline, self.probes, trigger.bound, "trigger") is True
        if trigger.alert is not None:
            kind = "alert.delivered" if {"pager", "ops"} & set(self.plan.sources) else "alert.firing"
            return (kind, trigger.alert) in self._happened
        return (DEEDS[str(trigger.deed)], "") in self._happened
