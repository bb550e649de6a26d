"""A Drill as a review sees it: what was recorded, and the facts read out of it. Gap rules get this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from gameday.model.event import Event
from gameday.model.expectation import AlertExpectation
from gameday.model.plan import Responders
from gameday.model.record import FaultRecord, Record
from gameday.model.runbook import Runbook
from gameday.model.scenario import Scenario
from gameday.model.services import Services
from gameday.model.timeline import Timeline
from gameday.model.verdict import StepVerdict, Verdict


@dataclass(frozen=True)
class Moment:
    """A point in time and the event that proves it."""

    at: datetime
    event: str


@dataclass(frozen=True)
class Milestones:
    """The points of a drill, in the order they usually come. None where it never came, or was not seen."""

    fault_applied: Moment | None = None
    impact_began: Moment | None = None
    alert_pending: Moment | None = None
    alert_fired: Moment | None = None
    alert_delivered: Moment | None = None
    acknowledged: Moment | None = None
    declared: Moment | None = None
    runbook_opened: Moment | None = None
    first_mitigation: Moment | None = None
    impact_over: Moment | None = None
    alert_resolved: Moment | None = None
    fault_removed: Moment | None = None

    def items(self) -> tuple[tuple[str, Moment | None], ...]:
        return tuple((f.name, getattr(self, f.name)) for f in fields(self))


@dataclass(frozen=True)
class Delivery:
    """One notice of an alert at one receiver."""

    at: datetime
    receiver: str
    labels: dict[str, str]
    annotations: dict[str, str]
    event: str

    @property
    def link(self) -> str:
        """Its runbook link; empty where it has none."""
        return self.annotations.get("runbook_url", "").strip()


@dataclass(frozen=True)
class AlertStory:
    """What became of one alert during the drill. `expectation` is None for alerts nobody asked for."""

    name: str
    expectation: AlertExpectation | None = None
    before_fault: Moment | None = None
    """Set where it was already firing before the fault."""
    pending: Moment | None = None
    fired: Moment | None = None
    deliveries: tuple[Delivery, ...] = ()
    resolved: Moment | None = None
    silenced: Moment | None = None
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def delivered(self) -> Delivery | None:
        """The first delivery to any receiver."""
        return self.deliveries[0] if self.deliveries else None

    def delivered_to(self, receiver: str) -> Delivery | None:
        return next((d for d in self.deliveries if d.receiver == receiver), None)


@dataclass(frozen=True)
class DetectionFloor:
    """The soonest and latest an alert can be delivered with the settings that were loaded; seconds."""

    alert: str
    scrape_interval: float
    evaluation_interval: float
    for_: float
    group_wait: float
    event: str

    @property
    def soonest(self) -> float:
        return self._waiting

    @property
    def latest(self) -> float:
        return self.scrape_interval + self.evaluation_interval + self._waiting

    @property
    def _waiting(self) -> float:
        """`for` in whole evaluations, and the time a group waits for company."""
        evaluations = -(-self.for_ // self.evaluation_interval) if self.evaluation_interval else 0
        return evaluations * self.evaluation_interval + self.group_wait


@dataclass(frozen=True)
class Drill:
    """One drill, with everything a rule may look at."""

    record: Record
    started: datetime
    ended: datetime
    milestones: Milestones
    alerts: tuple[AlertStory, ...] = ()
    page: Delivery | None = None
    """The notice that people should answer: the owner's first page, or the first page of all where the owner got none."""
    floors: tuple[DetectionFloor, ...] = ()
    steps: tuple[StepVerdict, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @property
    def scenario(self) -> Scenario:
        return self.record.plan.scenario

    @property
    def services(self) -> Services:
        return self.record.plan.services

    @property
    def runbook(self) -> Runbook | None:
        return self.record.plan.runbook

    @property
    def timeline(self) -> Timeline:
        return self.record.timeline

    @property
    def responders(self) -> Responders:
        return self.record.plan.responders

    @property
    def no_fault(self) -> bool:
        return self.record.plan.no_fault

    @property
    def faults(self) -> tuple[FaultRecord, ...]:
        return self.record.faults

    def alert(self, name: str) -> AlertStory | None:
        return next((a for a in self.alerts if a.name == name), None)

    def verdict(self, key: str) -> Verdict | None:
        return next((v for v in self.verdicts if v.key == key), None)

    def missed(self, key: str) -> Verdict | None:
        """The verdict under this key if it is *missed*; rules find gaps in nothing else."""
        found = self.verdict(key)
        return found if found and found.verdict == "missed" else None

    def blind_spot(self, source: str, since: datetime, until: datetime) -> Event | None:
        """The first event that says `source` could not see inside this span, or None if it could all along."""
        return next(iter(self.timeline.of("source.blind", source=source, since=since, until=until)), None)

    def seconds_between(self, earlier: Moment | None, later: Moment | None) -> float | None:
        if earlier is None or later is None:
            return None
        return (later.at - earlier.at) / timedelta(seconds=1)
