"""When a drill that is over may be closed: everything expected came, or its time is past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gameday.model.event import Event
from gameday.model.scenario import Scenario

MARGIN = timedelta(seconds=1.5)
"""Past a budget's end, for what is still on its way."""


@dataclass
class Watched:
    """The few facts about the running drill that its end hangs on; filled as events come in."""

    scenario: Scenario
    impact_began: datetime | None = None
    impact_over: datetime | None = None
    fault_gone: datetime | None = None
    delivered: datetime | None = None
    first: dict[str, datetime] = field(default_factory=dict)
    firing: set[str] = field(default_factory=set)
    told_firing: set[str] = field(default_factory=set)
    """Alerts that some receiver believes to be firing."""

    def take(self, event: Event) -> None:
        """Take in one event."""
        name = event.subject.name
        if event.kind == "alert.firing":
            self.firing.add(name)
        elif event.kind == "alert.resolved":
            self.firing.discard(name)
        elif event.kind == "alert.delivered":
            self._delivered(event, name)
        elif event.kind in ("page.acked", "incident.declared", "incident.role", "incident.severity", "incident.resolved"):
            self.first.setdefault(event.kind, event.at)
        elif event.kind in ("comm.public", "comm.internal") and event.actor_kind == "human":
            self.first.setdefault("update", event.at)

    def _delivered(self, event: Event, name: str) -> None:
        if name == self.scenario.expect.alerts.heartbeat:
            return
        if event.text("status") == "resolved":
            self.told_firing.discard(name)
            return
        self.told_firing.add(name)
        if self.delivered is None and name in {a.alert for a in self.scenario.expect.alerts.expected}:
            self.delivered = event.at

    def open_until(self, responders: str) -> datetime | None:
        """The latest moment at which something expected may still come. None: nothing is open."""
        waits = [w for w in (self._alerts_open(), self._response_open() if responders != "none" else None) if w]
        return max(waits) + MARGIN if waits else None

    def _alerts_open(self) -> datetime | None:
        """While an expected alert has not come, or has not reset."""
        ends = []
        for expected in self.scenario.expect.alerts.expected:
            if expected.alert in self.firing or expected.alert in self.told_firing:
                over = self.impact_over or self.fault_gone
                if over:
                    ends.append(over + (expected.reset_within or timedelta(seconds=30)))
            elif self.impact_began and self.delivered is None and self.impact_over is None:
                ends.append(self.impact_began + expected.within)
        return max(ends) if ends else None

    def _response_open(self) -> datetime | None:
        """While a budget of the response runs and its event has not come."""
        if self.impact_began is None:
            return None
        within, updates = self.scenario.expect.response.within, self.scenario.expect.response.updates
        slowest = max((a.within for a in self.scenario.expect.alerts.expected), default=timedelta(0))
        delivered = self.delivered or self.impact_began + slowest
        acked = self.first.get("page.acked") or delivered + (within.ack or timedelta(0))
        declared = self.first.get("incident.declared") or acked + (within.declare or timedelta(0))
        budgets: Mapping[str, tuple[datetime, timedelta | None]] = {
            "page.acked": (delivered, within.ack),
            "incident.declared": (acked, within.declare),
            "incident.role": (declared, within.lead),
            "incident.severity": (declared, within.severity),
            "update": (declared, updates.first),
        }
        # Without a declaration nothing that hangs on it is waited for: one missing thing, one wait.
        if "incident.declared" not in self.first and within.declare:
            budgets = {kind: budgets[kind] for kind in ("page.acked", "incident.declared")}
        ends = [anchor + budget for kind, (anchor, budget) in budgets.items() if budget and kind not in self.first]
        return max(ends) if ends else None
