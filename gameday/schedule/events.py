"""Events: what a calendar shows of the slots and windows to come, for participants and for facilitators."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from gameday.model.duration import format_duration
from gameday.model.local_time import zone_of
from gameday.model.schedule import FACILITATOR, Schedule
from gameday.model.slot import Invitation, Seal, Slot
from gameday.schedule.agenda import Agenda
from gameday.schedule.rotation import Rosters

Audience = Literal["participants", "facilitators"]
MARK = "DRILL"
"""Every event says what it is, in its first word and in its text."""


@dataclass(frozen=True)
class Event:
    """One entry of a calendar, all that readers see of it."""

    schedule: str
    occasion: datetime
    """What it is about: the slot's moment, or when a surprise's window opens."""
    begins: datetime
    ends: datetime
    zone: str
    title: str
    text: str
    people: tuple[str, ...] = ()
    blocks: bool = True
    """Whether people are busy meanwhile; a window of two weeks keeps nobody from work."""

    @property
    def digest(self) -> str:
        """Of all that readers see."""
        said = (self.begins.isoformat(), self.ends.isoformat(), self.zone, self.title, self.text, *self.people, str(self.blocks))
        return hashlib.sha256("\0".join(said).encode()).hexdigest()


def events(agenda: Agenda, rosters: Rosters, since: datetime, until: datetime, audience: Audience) -> Sequence[Event]:
    """The events between two moments, without those of paused schedules. Participants see windows, and no fault."""
    found: list[Event] = []
    surprises = {(s.schedule, s.moment): s for s in agenda.seals}
    for slot in agenda.slots(since, until):
        schedule = agenda.schedules[slot.schedule]
        seal = surprises.get((slot.schedule, slot.moment)) if schedule.when.surprise else None
        if schedule.paused is None and (seal is None or audience == "facilitators"):
            found.append(_of_slot(slot, schedule, rosters.of.get(slot.key, {}), audience, seal))
    if audience == "participants":
        found += _windows(agenda, since, until)
    return sorted(found, key=lambda e: (e.begins, e.schedule))


def _of_slot(slot: Slot, schedule: Schedule, roster: Mapping[str, Sequence[str]], audience: Audience, seal: Seal | None) -> Event:
    lines = [*_introduction(schedule), *(f"{role}: {', '.join(people)}" for role, people in roster.items())]
    if audience == "facilitators":
        lines += _confidential(schedule)
    people = tuple(p for role, those in roster.items() for p in those if (role == FACILITATOR) == (audience == "facilitators"))
    return Event(
        schedule=schedule.name, occasion=seal.opens if seal else slot.moment, begins=slot.moment, ends=slot.ends, zone=schedule.zone,
        title=f"{MARK}: {schedule.title}", text="\n".join(lines), people=people,
    )  # fmt: skip


def _windows(agenda: Agenda, since: datetime, until: datetime) -> Iterator[Event]:
    sealed = {(s.schedule, s.opens): s for s in agenda.seals}
    for window in agenda.windows(since, until):
        schedule = agenda.schedules[window.schedule]
        seal = sealed.get((window.schedule, window.opens))
        if schedule.paused is not None:
            continue
        zone = zone_of(schedule.zone)
        lines = [
            f"A surprise, at some moment between {_local(window.opens, zone)} and {_local(window.closes, zone)}.",
            *_introduction(schedule),
        ]
        if seal is not None:
            lines.append(f"The moment is drawn and sealed: sha256 {seal.commitment}")
        yield Event(
            schedule=schedule.name, occasion=window.opens, begins=window.opens, ends=window.closes, zone=schedule.zone,
            title=f"{MARK}, a surprise: {schedule.title}", text="\n".join(lines), blocks=False,
        )  # fmt: skip


def _introduction(schedule: Schedule) -> Iterator[str]:
    yield "THIS IS A DRILL: practice, planned and announced. Nothing here is a real incident."
    yield f"Service: {schedule.service or 'see the scenario'}. Length: {format_duration(schedule.length)}."
    yield from (f"Objective: {text}" for text in schedule.objectives)


def _confidential(schedule: Schedule) -> Iterator[str]:
    yield "For facilitators only:"
    yield f"Scenario: {schedule.scenario}, in {schedule.environment}. Faults: {', '.join(schedule.faults) or 'see the scenario'}."
    yield from (f"Before: {text}" for text in schedule.prerequisites)
    yield from (f"Sits this one out: {person}, {why}" for person, why in schedule.barred.items())
    if schedule.approval is not None:
        yield f"Needs a yes of {' or '.join(schedule.approval.by)}, {format_duration(schedule.approval.ahead)} ahead."


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


def published(
    before: Iterable[Invitation], events: Sequence[Event], audience: Audience, now: datetime
) -> Sequence[tuple[Invitation, Event | None]]:
    """What is to be published now, after what was published before.

    An event keeps its UID for ever: one that is about the same occasion, or else the nearest of its schedule that is still to
    come, was moved. Whatever readers see changed: the sequence grows. What has no event any more is cancelled, and stays
    so. Events of the past are left as they are, and are not in the result.
    """
    known = [i for i in before if i.feed == audience and (i.ends > now or i.cancelled)]
    live = [i for i in known if not i.cancelled]
    cancelled = {i.uid: i for i in known if i.cancelled}
    result: list[tuple[Invitation, Event | None]] = []
    pairs = _paired(live, events)
    for event, old in pairs:
        fresh = _invitation(event, audience)
        # Whoever comes back after a cancellation is an update of it: readers would pass over a lower sequence.
        old = old or cancelled.pop(fresh.uid, None)
        if old is None:
            result.append((fresh, event))
        elif old.digest == event.digest and not old.cancelled:
            result.append((old, event))
        else:
            result.append((fresh.model_copy(update={"uid": old.uid, "sequence": old.sequence + 1}), event))
    kept = {old.uid for _, old in pairs if old is not None}
    for gone in live:
        if gone.uid not in kept:
            result.append((gone.model_copy(update={"cancelled": True, "sequence": gone.sequence + 1}), None))
    result += [(i, None) for i in cancelled.values() if i.ends > now]
    return result


_NEAR_SECONDS = 16 * 86_400
"""Further than half a month, an event was not moved: it is another one. One that happens once may move anywhere."""


def _paired(live: Sequence[Invitation], events: Sequence[Event]) -> Sequence[tuple[Event, Invitation | None]]:
    """Each event with the invitation that it continues."""
    left = {(i.schedule, i.occasion): i for i in live}
    found: dict[int, Invitation] = {}
    for number, event in enumerate(events):
        if (same := left.pop((event.schedule, event.occasion), None)) is not None:
            found[number] = same
    alone = {name for name, count in _counts(i.schedule for i in live).items() if count == 1} & {
        name for name, count in _counts(e.schedule for e in events).items() if count == 1
    }
    near = sorted(
        (abs((i.begins - e.begins).total_seconds()), number, i.uid, i)
        for number, e in enumerate(events)
        if number not in found
        for i in left.values()
        if i.schedule == e.schedule
    )
    taken: set[str] = set()
    for distance, number, uid, invitation in near:
        if number not in found and uid not in taken and (distance <= _NEAR_SECONDS or invitation.schedule in alone):
            found[number] = invitation
            taken.add(uid)
    return [(event, found.get(number)) for number, event in enumerate(events)]


def _counts(names: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts


def _invitation(event: Event, audience: Audience) -> Invitation:
    name = hashlib.sha256(f"{audience}|{event.schedule}|{event.occasion.isoformat()}".encode()).hexdigest()[:32]
    return Invitation(
        uid=f"{name}@gameday", feed=audience, schedule=event.schedule, occasion=event.occasion, digest=event.digest,
        begins=event.begins, ends=event.ends, title=event.title,
    )  # fmt: skip
