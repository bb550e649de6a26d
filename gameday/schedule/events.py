"""Events: what a calendar shows of the slots and windows to come, for participants and for facilitators."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
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
    organizer: str = ""
    """The address of a facilitator, if one has any."""
    blocks: bool = True
    """Whether people are busy meanwhile; a window of two weeks keeps nobody from work."""

    @property
    def digest(self) -> str:
        """Of all that readers see."""
        said = (
            self.begins.isoformat(),
            self.ends.isoformat(),
            self.zone,
            self.title,
            self.text,
            *self.people,
            self.organizer,
            str(self.blocks),
        )
        return hashlib.sha256("\0".join(said).encode()).hexdigest()


def events(agenda: Agenda, rosters: Rosters, since: datetime, until: datetime, audience: Audience) -> Sequence[Event]:
    """The events that end after `since` and begin before `until`, without those of paused schedules.

    Participants see windows, and no fault.
    """
    found: list[Event] = []
    surprises = {(s.schedule, s.moment): s for s in agenda.seals}
    longest = max((s.length for s in agenda.schedules.values()), default=timedelta())
    for slot in (s for s in agenda.slots(since - longest, until) if s.ends > since):
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
        organizer=next((p for p in roster.get(FACILITATOR, ()) if "@" in p), ""),
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


@dataclass(frozen=True)
class Published:
    """An invitation as it now stands, with its event; None where it is taken back."""

    invitation: Invitation
    event: Event | None
    is_new: bool
    """Whether readers have not seen it like this."""


def publish(before: Iterable[Invitation], events: Sequence[Event], audience: Audience, since: datetime) -> Sequence[Published]:
    """What is to be published of events that end after `since`, when this was published before.

    An event keeps its UID for ever: one about the same occasion, or else the nearest of its schedule, was moved. Whatever
    readers see changed: the sequence grows. What has no event any more is cancelled, and told of as long as it would last.
    A drill that has begun stays as it was published until it is over.
    """
    known = [i for i in before if i.feed == audience and i.ends > since]
    begun = {(i.schedule, i.occasion): i for i in known if i.begins <= since and not i.is_window}
    running = [e for e in events if e.blocks and e.begins <= since and (e.schedule, e.occasion) in begun]
    events = [e for e in events if e not in running]
    # A drill that has begun is not to come any more: that does not call it off.
    live = [i for i in known if not i.cancelled and (i.begins > since or i.is_window)]
    cancelled = {i.uid: i for i in known if i.cancelled}
    pairs = _paired(live, events)
    kept = {old.uid for _, old in pairs if old is not None}
    result = [Published(own, e, False) for e in running if not (own := begun[e.schedule, e.occasion]).cancelled]
    for event, old in pairs:
        uid = old.uid if old else _uid(event, audience, kept)
        # One that comes back after it was cancelled is an update of it: readers would pass over a lower sequence.
        old = old or cancelled.pop(uid, None)
        kept.add(uid)
        if old is not None and old.digest == event.digest and not old.cancelled:
            result.append(Published(old, event, False))
        else:
            result.append(Published(_invitation(event, audience, uid, old.sequence + 1 if old else 0), event, True))
    taken_back = (i.model_copy(update={"cancelled": True, "sequence": i.sequence + 1}) for i in live if i.uid not in kept)
    return [*result, *(Published(i, None, True) for i in taken_back), *(Published(i, None, False) for i in cancelled.values())]


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


def _uid(event: Event, audience: Audience, taken: Collection[str]) -> str:
    """The same for the same occasion, unless one that was moved away from it goes on under that name."""
    for number in count():
        said = f"{audience}|{event.schedule}|{event.occasion.isoformat()}{f'|{number}' if number else ''}"
        if (uid := f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@gameday") not in taken:
            return uid
    raise AssertionError("unreachable")


def _invitation(event: Event, audience: Audience, uid: str, sequence: int) -> Invitation:
    return Invitation(
        uid=uid, feed=audience, schedule=event.schedule, occasion=event.occasion, sequence=sequence, digest=event.digest,
        begins=event.begins, ends=event.ends, title=event.title, organizer=event.organizer, people=event.people, is_window=not event.blocks,
    )  # fmt: skip
