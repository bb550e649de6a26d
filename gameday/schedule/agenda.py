"""An Agenda: all schedules of a workspace with their calendars and seals, compiled once and asked often."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from gameday.model.closing import Calendar
from gameday.model.duration import format_duration
from gameday.model.local_time import zone_of
from gameday.model.schedule import Schedule
from gameday.model.slot import Seal, Slot, Window, Withheld, WithheldBy
from gameday.schedule.closed import ClosedTimes, closed_times, in_the_way, inside
from gameday.schedule.rotation import rosters
from gameday.schedule.rule import in_utc, local_rule
from gameday.schedule.surprise import draw, windows

Occasion = Slot | Withheld
_FAR = timedelta(days=366 * 9)
"""A slot that is further away is none: 29 February may be eight years off."""
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Drawn:
    """New seals, and the windows that have no room left for a drill."""

    seals: Sequence[Seal]
    without_room: Sequence[Withheld]


class Agenda:
    """Answers when drills are due. It holds no state but what makes answers fast."""

    def __init__(self, schedules: Iterable[Schedule], calendars: Mapping[str, Calendar] | None = None, seals: Iterable[Seal] = ()) -> None:
        self.schedules = {s.name: s for s in sorted(schedules, key=lambda s: s.name)}
        self.calendars = dict(calendars or {})
        self.seals = _in_force(seals)
        shared: dict[tuple[object, ...], ClosedTimes] = {}
        self._planned = {name: _Planned(s, self._closed(s, shared), self._seals_of(name)) for name, s in self.schedules.items()}

    def _closed(self, schedule: Schedule, shared: dict[tuple[object, ...], ClosedTimes]) -> ClosedTimes:
        key = (schedule.zone, schedule.freezes, schedule.holidays)
        if key not in shared:
            shared[key] = closed_times(schedule, self.calendars, zone_of(schedule.zone))
        return shared[key]

    def _seals_of(self, name: str) -> Mapping[datetime, Seal]:
        return {seal.opens: seal for seal in self.seals if seal.schedule == name} if self.schedules[name].when.surprise else {}

    def occasions(self, since: datetime, until: datetime) -> Iterator[Occasion]:
        """Every slot and every withheld occasion with `since` <= moment < `until`, in order of moments."""
        return heapq.merge(*(p.occasions(since, until) for p in self._planned.values()), key=lambda o: (o.moment, o.schedule))

    def slots(self, since: datetime, until: datetime) -> Iterator[Slot]:
        """The slots among the occasions; those of paused schedules too."""
        return (o for o in self.occasions(since, until) if isinstance(o, Slot))

    def with_those_at_once(self, slots: Sequence[Slot]) -> Sequence[Slot]:
        """These, and later ones that begin before the last of them is over: together they say who can take which seat."""
        found = [s for s in slots if self.schedules[s.schedule].paused is None]
        while found:
            last, until = max(s.moment for s in found), max(s.ends for s in found)
            more = [s for s in self.slots(last + _TICK, until) if self.schedules[s.schedule].paused is None]
            if not more:
                break
            found += more
        return found

    def next_due(self, after: datetime) -> Slot | None:
        """The first slot of all later than a moment."""
        found = ((moment, name) for name, p in self._planned.items() if (moment := p.next_after(after)) is not None)
        first = min(found, default=None)
        return self._planned[first[1]].slot(first[0]) if first else None

    def next_of(self, name: str, after: datetime) -> Slot | None:
        """The first slot of one schedule later than a moment."""
        planned = self._planned[name]
        moment = planned.next_after(after)
        return planned.slot(moment) if moment is not None else None

    def stands_in_the_way(self, name: str, moment: datetime) -> str | None:
        """Why a drill of this schedule may not begin at a moment; None where it may."""
        found = self._planned[name].in_the_way(moment)
        return found[1] if found else None

    def windows(self, since: datetime, until: datetime) -> Sequence[Window]:
        """The windows of surprises that are open at any time between these moments."""
        found = (w for s in self.schedules.values() for w in windows(s, zone_of(s.zone), since, until))
        return sorted(found, key=lambda w: (w.opens, w.schedule))

    def draw(self, now: datetime, until: datetime, salt: Callable[[], str]) -> Drawn:
        """Seals for windows that open before `until` and need one: they have none, or a closing came over a moment still ahead.

        `salt` gives a new secret text at each call. No moment is drawn that is past already, nor one before which the
        yes that it needs cannot be given any more.
        """
        seals: list[Seal] = []
        without_room: list[Withheld] = []
        others: list[Slot] | None = None
        windows = self.windows(now, until)
        for window in windows:
            planned = self._planned[window.schedule]
            old = planned.seal(window)
            if old is not None and (old.moment <= now or planned.in_the_way(old.moment) is None):
                continue
            turn = old.turn + 1 if old else 1
            schedule = planned.schedule
            if others is None:
                others = self._with_people(now, max(w.closes for w in windows))
            has_people = _People(schedule, others, self.schedules)
            ahead = schedule.approval.ahead if schedule.approval else timedelta()
            seal = draw(schedule, window, planned.closed, planned.zone, max(now + ahead, window.opens - _TICK), salt(), turn, has_people)
            if seal is not None:
                seals.append(seal)
                others.append(planned.slot(seal.moment))
            elif old is None:
                why = f"no room is left for {format_duration(schedule.length)} between {_local(window.opens, planned)} and {_local(window.closes, planned)}"
                why += f", with {format_duration(ahead)} before it for a yes" if ahead else ""
                without_room.append(Withheld(schedule=schedule.name, moment=window.opens, by="no_room", why=why))
        return Drawn(seals, without_room)

    def _with_people(self, now: datetime, until: datetime) -> list[Slot]:
        """Slots that keep people: those of schedules with roles that are not paused, also those that have begun."""
        having = [s for s in self.schedules.values() if s.roles and s.paused is None]
        longest = max((s.length for s in having), default=timedelta())
        found = (self._planned[s.name].occasions(now - longest, until) for s in having)
        return [o for occasions in found for o in occasions if isinstance(o, Slot)]

    def without_seals(self) -> Agenda:
        """What everybody may know: no moment of a surprise."""
        return Agenda(self.schedules.values(), self.calendars)

    def with_seals(self, seals: Iterable[Seal]) -> Agenda:
        """The same agenda with these seals beside its own; the highest turn of a window holds."""
        return Agenda(self.schedules.values(), self.calendars, (*self.seals, *seals))


class _People:
    """Whether a schedule's seats can be filled at a moment, beside all other slots at that time."""

    def __init__(self, schedule: Schedule, others: Sequence[Slot], schedules: Mapping[str, Schedule]) -> None:
        self._schedule, self._schedules = schedule, schedules
        people = {p for role in schedule.roles.values() for p in role.from_}
        rivals = {n for n, s in schedules.items() if any(p in people for role in s.roles.values() for p in role.from_)} - {schedule.name}
        self._others = [o for o in others if o.schedule in rivals]
        self._known: dict[tuple[str, ...], bool] = {}

    def __call__(self, moment: datetime) -> bool:
        slot = Slot(schedule=self._schedule.name, moment=moment, ends=moment + self._schedule.length)
        beside = [o for o in self._others if o.moment < slot.ends and moment < o.ends]
        key = tuple(o.key for o in beside)
        if key not in self._known:
            clashes = rosters([slot, *beside], self._schedules).clashes if beside else ()
            self._known[key] = not any(self._schedule.name in (c.slot.schedule, c.other.schedule) for c in clashes)
        return self._known[key]


class _Planned:
    """One schedule, ready to be asked. It remembers its last answers: what comes next stays so until it is past."""

    def __init__(self, schedule: Schedule, closed: ClosedTimes, seals: Mapping[datetime, Seal]) -> None:
        self.schedule, self.closed, self.zone = schedule, closed, zone_of(schedule.zone)
        self._rule, self._hours = local_rule(schedule.when, schedule.zone), schedule.open_hours
        self._seals = seals
        self._drawn = sorted(seal.moment for seal in seals.values() if self._is_of_a_window(seal))
        self._upcoming: tuple[datetime, datetime] | None = None
        self._next: tuple[datetime, datetime | None] | None = None

    def _is_of_a_window(self, seal: Seal) -> bool:
        """Not of one that the schedule had when it was written otherwise."""
        now = windows(self.schedule, self.zone, seal.opens, seal.opens + _TICK)
        return any(w.opens == seal.opens and seal.moment < w.closes for w in now)

    def occasions(self, since: datetime, until: datetime) -> Iterator[Occasion]:
        if self._upcoming is not None and self._upcoming[0] <= since and self._upcoming[1] >= until:
            return
        first = True
        for moment in self._moments(since):
            if first:
                self._upcoming, first = (since, moment), False
            if moment >= until:
                return
            if (found := self.in_the_way(moment)) is not None:
                by, why = found
                yield Withheld(schedule=self.schedule.name, moment=moment, by=by, why=why)
            else:
                yield self.slot(moment)

    def slot(self, moment: datetime) -> Slot:
        return Slot(schedule=self.schedule.name, moment=moment, ends=moment + self.schedule.length)

    def _moments(self, since: datetime) -> Iterator[datetime]:
        if self.schedule.when.surprise is None:
            return in_utc(self._rule, self.zone, since)
        return (moment for moment in self._drawn if moment >= since)

    def seal(self, window: Window) -> Seal | None:
        found = self._seals.get(window.opens)
        return found if found is not None and found.moment < window.closes else None

    def in_the_way(self, moment: datetime) -> tuple[WithheldBy, str] | None:
        return in_the_way(moment, self.schedule.length, self._hours, self.closed, self.zone)

    def next_after(self, after: datetime) -> datetime | None:
        """The moment of the first slot later than one."""
        if self._next is not None:
            asked, known = self._next
            if asked <= after and (known is None or after < known):
                return known
        far = after + _FAR
        found = takewhile(lambda m: m < far, self._moments(after + _TICK))
        following = next((m for m in found if self._is_open(m)), None)
        self._next = after, following
        return following

    def _is_open(self, moment: datetime) -> bool:
        """Whether nothing is in the way, without the words for it."""
        ends = moment + self.schedule.length
        if self.closed.hit(moment, ends) is not None:
            return False
        return self._hours is None or inside(moment.astimezone(self.zone), ends.astimezone(self.zone), self._hours)


def _in_force(seals: Iterable[Seal]) -> tuple[Seal, ...]:
    latest: dict[tuple[str, datetime], Seal] = {}
    for seal in sorted(seals, key=lambda s: s.turn):
        latest[seal.schedule, seal.opens] = seal
    return tuple(latest.values())


def _local(moment: datetime, planned: _Planned) -> str:
    return f"{moment.astimezone(planned.zone):%Y-%m-%d %H:%M}"
