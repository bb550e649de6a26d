"""The facts of a drill, read out of its timeline once: when it was, when users were hurt, who was told, who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gameday.model.drill import AlertStory, DetectionFloor, Milestones, Moment
from gameday.model.event import Event, Kind
from gameday.model.record import Record
from gameday.review.alert_stories import floors, stories
from gameday.review.impact import Hurt, impacts, samples
from gameday.review.mitigation import first_mitigation, injector_ended, recovered_by_injector
from gameday.review.sight import Sight
from gameday.review.traces import by_people

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Facts:
    """What verdicts are made of. `since` is when the drill began to judge: None where nothing was ever injected."""

    record: Record
    sight: Sight
    started: datetime
    ended: datetime
    since: datetime | None
    samples: tuple[Event, ...]
    stories: tuple[AlertStory, ...]
    floors: tuple[DetectionFloor, ...]
    milestones: Milestones
    hurt: tuple[Hurt, ...]
    """The times in which users were not served. Milestones begin with the first and end with the last."""
    injector_ended: Moment | None
    """When the last fault began to be taken back."""
    recovery: Moment | None
    """The taking back of a fault that ended the impact; None where the response did, or nothing has yet."""

    @property
    def cut_short(self) -> bool:
        """Whether the timeline has no end: the supervisor died."""
        return self.record.timeline.first("drill.closed") is None

    @property
    def paged(self) -> bool:
        """Whether some expected alert reached anybody."""
        return any(s.deliveries for s in self.stories if s.expectation)

    @property
    def anybody_acted(self) -> bool:
        """Whether responders left any trace after the fault."""
        since = self.since or self.ended
        return any(e.actor_kind == "human" and e.at >= since and e.kind != "doc.opened" for e in self.record.timeline)

    @property
    def recovered_by_injector(self) -> bool:
        return self.recovery is not None

    def story(self, name: str) -> AlertStory | None:
        return next((s for s in self.stories if s.name == name), None)


def facts_of(record: Record) -> Facts:
    """Read everything once."""
    timeline, scenario = record.timeline, record.plan.scenario
    started = min((e.observed for e in timeline), default=NEVER)
    ended = max((e.observed for e in timeline), default=NEVER)
    since = _since(record)
    origin = since or ended
    taken = samples(timeline, origin - scenario.canary.timeout)
    hurt = impacts(taken, scenario.canary, _lives(record, origin, ended)) if since else ()
    began, over = (hurt[0].began, hurt[-1].over) if hurt else (None, None)
    told = stories(timeline, scenario, origin)
    return Facts(
        record=record,
        sight=Sight(timeline, ended, record.plan.sources),
        started=started,
        ended=ended,
        since=since,
        samples=taken,
        stories=told,
        floors=floors(timeline),
        milestones=_milestones(record, told, origin, ended, began, over),
        hurt=hurt,
        injector_ended=injector_ended(record),
        recovery=recovered_by_injector(record, over),
    )


def _since(record: Record) -> datetime | None:
    """When judging begins: with the first injection, in a control run with the steady state."""
    kinds: tuple[Kind, ...] = ("drill.steady",) if record.plan.no_fault else ("fault.injecting", "fault.armed")
    begins = [e.at for e in record.timeline.of(*kinds)[:1]]
    if not record.plan.no_fault:
        begins += [f.intended_at for f in record.faults]
    return min(begins, default=None)


def _lives(record: Record, origin: datetime, ended: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when each fault was in effect; the first one from the moment at which judging begins."""
    armed = sorted((f.armed_at or f.intended_at, f.ended_at or ended) for f in record.faults)
    return [(origin, armed[0][1] if armed else ended), *armed[1:]]


def _milestones(
    record: Record, told: tuple[AlertStory, ...], since: datetime, ended: datetime, began: Moment | None, over: Moment | None
) -> Milestones:
    timeline = record.timeline
    expected = [s for s in told if s.expectation]
    first = min(expected, key=lambda s: s.delivered.at if s.delivered else datetime.max.replace(tzinfo=UTC), default=None)

    def human(*kinds: Kind) -> Moment | None:
        found = by_people(timeline.of(*kinds, since=since))
        return Moment(found[0].at, found[0].id) if found else None

    return Milestones(
        fault_applied=_applied(record),
        impact_began=began,
        alert_pending=first.pending if first else None,
        alert_fired=first.fired if first else None,
        alert_delivered=Moment(first.delivered.at, first.delivered.event) if first and first.delivered else None,
        acknowledged=human("page.acked"),
        declared=human("incident.declared"),
        runbook_opened=_runbook_opened(record, since),
        first_mitigation=first_mitigation(timeline, record.plan.runbook, since, ended) if began else None,
        impact_over=over,
        alert_resolved=first.resolved if first else None,
        fault_removed=_removed(record),
    )


def _applied(record: Record) -> Moment | None:
    armed = record.timeline.first("fault.armed")
    return Moment(armed.at, armed.id) if armed else None


def _removed(record: Record) -> Moment | None:
    """When the last fault was verified removed; None while any is left."""
    if not record.faults or not all(f.removed and f.ended_at for f in record.faults):
        return None
    undone = record.timeline.of("fault.undone")
    last = max(f.ended_at for f in record.faults if f.ended_at)
    return Moment(undone[-1].at, undone[-1].id) if undone else Moment(last, "")


def _runbook_opened(record: Record, since: datetime) -> Moment | None:
    """A responder opened a page that exists below the runbooks' address."""
    for event in by_people(record.timeline.of("doc.opened", since=since)):
        inside = "/runbooks/" in event.subject.name
        if inside and event.data.get("status") == 200:
            return Moment(event.at, event.id)
    return None


def later(moment: datetime, span: timedelta | None) -> datetime:
    return moment + (span or timedelta(0))
