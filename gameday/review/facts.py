"""The facts of a drill, read out of its timeline once: when it was, when users were hurt, who was told, who did what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from gameday.model.drill import AlertStory, Delivery, DetectionFloor, Milestones, Moment
from gameday.model.event import Event, Kind
from gameday.model.record import Record
from gameday.model.services import Services
from gameday.review.alert_stories import floors, stories
from gameday.review.clocks import on_one_clock
from gameday.review.impact import Hurt, impacts, longest_silence, samples
from gameday.review.mitigation import Change, changes, first_mitigation, injector_ended, recovered_by_injector, that_ended
from gameday.review.sight import Blindness, Sight
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
    """The taking back of a fault that ended the last impact; None where the response did, or nothing has yet."""

    @property
    def served(self) -> datetime | None:
        """When users had the first good answer again after the last impact."""
        return self.hurt[-1].served if self.hurt else None

    @property
    def longest(self) -> Hurt | None:
        """The impact that took longest: what a budget for its end is about."""
        return max(self.hurt, key=lambda h: h.lasted(self.ended), default=None)

    def recovery_of(self, hurt: Hurt) -> Moment | None:
        """The taking back of a fault that ended this impact."""
        return recovered_by_injector(self.record, hurt.began.at, hurt.served)

    @cached_property
    def cut_short(self) -> bool:
        """Whether the timeline has no end: the supervisor died."""
        return self.record.timeline.first("drill.closed") is None

    @cached_property
    def aborted(self) -> Moment | None:
        """When the drill was stopped early, by whatever: what did not come until then says nothing."""
        stopped = self.record.timeline.first("drill.aborted")
        return Moment(stopped.at, stopped.id) if stopped else None

    @cached_property
    def page(self) -> Delivery | None:
        """The notice that people should answer: the owner's first page, else the first that reached whom it is for, else the first."""
        services = self.record.plan.services
        owner = services.owner(self.record.plan.scenario.service)
        pages = sorted(self._pages, key=lambda p: p[0].at)
        reached = [(d, services.team(d.receiver), team) for d, team in pages]
        known = [(d, by, team) for d, by, team in reached if by is not None]
        right = [d for d, by, _ in known if by == owner] + [d for d, by, team in known if by == team]
        return next(iter(right), pages[0][0] if pages else None)

    @cached_property
    def _pages(self) -> tuple[tuple[Delivery, str | None], ...]:
        """Every page of an expected alert, and the team that it should have gone to."""
        services, service = self.record.plan.services, self.record.plan.scenario.service
        told = ((s, s.expectation) for s in self.stories)
        return tuple((d, services.whose(wanted.receiver, service)) for s, wanted in told if wanted for d in pages_of(s, services))

    @cached_property
    def astray(self) -> Delivery | None:
        """A page, where all pages went to teams that they are not for; None where nobody was paged, or perhaps the right team."""
        reached = [(self.record.plan.services.team(d.receiver), team) for d, team in self._pages]
        wrong = all(by is not None and team is not None and by != team for by, team in reached)
        return self._pages[0][0] if reached and wrong else None

    @property
    def nobody_could_respond(self) -> str:
        """Why there was nobody to respond; empty where somebody was paged who could, or acted."""
        if self.anybody_acted or (self.paged and not self.astray):
            return ""
        return "the page went to another team" if self.astray else "nobody was paged"

    @property
    def paged(self) -> bool:
        """Whether some expected alert woke anybody."""
        return self.page is not None

    @cached_property
    def anybody_acted(self) -> bool:
        """Whether responders left any trace after the fault."""
        since = self.since or self.ended
        return any(e.actor_kind == "human" and e.at >= since and e.kind != "doc.opened" for e in self.record.timeline)

    @property
    def recovered_by_injector(self) -> bool:
        return self.recovery is not None

    def taken_back_before(self, due: datetime) -> Moment | None:
        """The end of the fault by the drill, where that ended the impact before something had to be done about it."""
        in_time = self.served is not None and self.served <= due and self.recovered_by_injector
        return self.recovery if in_time else None

    @cached_property
    def ended_unseen(self) -> Blindness | None:
        """Why the impact may have been over before that was seen; None where somebody looked all the time since users were last hurt."""
        over = self.milestones.impact_over
        until = over.at if over else self.recovery.at if self.recovery else self.ended
        hurt = [s for s in self.samples if s.at < until and not s.data.get("ok")]
        return self.sight.blind("canary", hurt[-1].at, until) if hurt else None

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What people changed from the fault to the end, by when it was done."""
        return changes(self.record.timeline, self.record.plan.runbook, self.since or self.ended, self.ended)

    @cached_property
    def ended_by(self) -> Change | None:
        """The change that ended the impact under the live fault; None where it has not ended, or no trace explains it."""
        if self.served is None or self.recovered_by_injector:
            return None
        settled = self.served + self._doubt
        return that_ended([c for c in self.changes if c.event.at <= settled], settled)

    @property
    def _doubt(self) -> timedelta:
        """How long good answers prove nothing yet. Where they came between bad ones, the end is sure only when it has lasted."""
        began, over = self.milestones.impact_began, self.milestones.impact_over
        flickering = began and over and any(s.data.get("ok") for s in self.samples if began.at < s.at < over.at)
        return self.record.plan.scenario.canary.steady_for if flickering else timedelta(0)

    def story(self, name: str) -> AlertStory | None:
        return next((s for s in self.stories if s.name == name), None)


def pages_of(story: AlertStory, services: Services) -> tuple[Delivery, ...]:
    """The notices of an expected alert that wake somebody, or that its scenario asks for."""
    wanted = story.expectation
    return tuple(d for d in story.deliveries if wanted and (services.pages(d.receiver) or d.receiver == wanted.receiver))


def facts_of(record: Record) -> Facts:
    """Read everything once."""
    record = replace(record, timeline=on_one_clock(record.timeline))
    timeline, scenario = record.timeline, record.plan.scenario
    started = min((e.observed for e in timeline), default=NEVER)
    ended = max((e.observed for e in timeline), default=NEVER)
    since = _since(record)
    origin = since or ended
    taken = samples(timeline, origin - scenario.canary.timeout)
    hurt = impacts(taken, scenario.canary, _lives(record, origin, ended)) if since else ()
    began, over = (hurt[0].began, hurt[-1].over) if hurt else (None, None)
    last = hurt[-1] if hurt else None
    served = last.served if last else None
    told = stories(timeline, scenario, origin)
    return Facts(
        record=record,
        sight=Sight(timeline, ended, record.plan.sources, canary_silence=longest_silence(scenario.canary)),
        started=started,
        ended=ended,
        since=since,
        samples=taken,
        stories=told,
        floors=floors(timeline),
        milestones=_milestones(record, told, origin, ended, began, over),
        hurt=hurt,
        injector_ended=injector_ended(record, served),
        recovery=recovered_by_injector(record, last.began.at if last else None, served),
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
    first = min(expected, key=_how_far, default=None)

    def human(*kinds: Kind) -> Moment | None:
        found = by_people(timeline.of(*kinds, since=since))
        return Moment(found[0].at, found[0].id) if found else None

    return Milestones(
        fault_applied=_applied(record),
        impact_began=began,
        alert_pending=first.pending if first else None,
        alert_fired=first.fired if first else None,
        alert_delivered=Moment(first.delivered.at, first.delivered.event) if first and first.delivered else None,
        acknowledged=_acknowledged(record, told, since),
        declared=human("incident.declared"),
        runbook_opened=_runbook_opened(record, since),
        first_mitigation=first_mitigation(timeline, record.plan.runbook, since, ended) if began else None,
        impact_over=over,
        alert_resolved=first.resolved if first else None,
        fault_removed=_removed(record),
    )


def _how_far(story: AlertStory) -> tuple[datetime, datetime, datetime]:
    """Orders alerts by who was told first; where nobody was, by what fired first, then by what was pending first."""
    never = datetime.max.replace(tzinfo=UTC)
    return (
        story.delivered.at if story.delivered else never,
        story.fired.at if story.fired else never,
        story.pending.at if story.pending else never,
    )


def _acknowledged(record: Record, told: tuple[AlertStory, ...], since: datetime) -> Moment | None:
    """The first acknowledgement that answers an expected alert's page, not another alert's or another team's."""
    services = record.plan.services
    expected = [s for s in told if s.expectation]
    owner, service = services.owner(record.plan.scenario.service), record.plan.scenario.service
    wanted = {services.whose(s.expectation.receiver, service) for s in expected if s.expectation}
    others = {s.name for s in told} - {s.name for s in expected}
    reached = {d.receiver for s in expected for d in s.deliveries}
    readers = {r: services.team(r) for r in {*services.receivers, *reached}}
    ours = {r for r, team in readers.items() if team is not None and team == owner}
    asked = {r for r, team in readers.items() if team is not None and team in wanted}
    right = next((some for some in (ours, asked) if not reached or reached & some), reached) or reached
    known = {*services.receivers, *reached}
    for event in by_people(record.timeline.of("page.acked", since=since)):
        name = event.subject.name
        if name not in others and (name not in known or name in right or not right):
            return Moment(event.at, event.id)
    return None


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
