"""Rotation: who takes which role in which slot. Least recent first, nobody in two drills at once, experts left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gameday.model.schedule import FACILITATOR, Schedule
from gameday.model.slot import Slot, TookPart

LOOK_BACK = timedelta(days=366)
"""Whoever took part longer ago counts as one who never did."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Clash:
    """A seat that only somebody could take who is in another drill at that time, or has another seat in this one."""

    slot: Slot
    other: Slot
    role: str
    person: str
    sealed: frozenset[str] = frozenset()
    """Which of the two schedules are surprises: their moments are not told."""

    @property
    def pair(self) -> tuple[str, str, str]:
        """What repeats with each slot of the two: both schedules and the role."""
        return self.slot.schedule, self.other.schedule, self.role

    def __str__(self) -> str:
        more = f"name more people for `{self.role}`"
        if self.slot == self.other:
            return f"{self.person} would have two seats in {self._named(self.slot)}, which needs a {self.role} too; {more}"
        # Of a surprise and a slot that everybody knows, the latter's moment would tell the former's.
        at = "" if self.sealed else f" at {max(self.slot.moment, self.other.moment):%Y-%m-%d %H:%MZ}"
        return (
            f"{self.person} would be in two drills at once{at}: {self._named(self.slot)} needs a {self.role}, "
            f"{self._named(self.other)} has them; {more}, or move one of the two"
        )

    def _named(self, slot: Slot) -> str:
        if not self.sealed:
            return slot.key
        return f"the surprise {slot.schedule}" if slot.schedule in self.sealed else slot.schedule


@dataclass(frozen=True)
class Rosters:
    """Who takes which role, by the slot's key; and the seats that nobody can take."""

    of: Mapping[str, Mapping[str, tuple[str, ...]]]
    clashes: Sequence[Clash] = ()


def rosters(slots: Iterable[Slot], schedules: Mapping[str, Schedule], past: Iterable[TookPart] = ()) -> Rosters:
    """Fill the seats of slots that are still to come, in order of their moments.

    Turns count over all schedules together: who was in any drill last comes last. The facilitator is chosen first. Where a
    seat can be filled only by somebody who has another one at that time, and another person can take that one, they change.
    """
    slots = sorted(slots, key=lambda s: (s.moment, s.schedule))
    turns = _Turns(past, schedules, slots[0].moment if slots else _NEVER)
    of: dict[str, dict[str, _Seats]] = {}
    clashes: list[Clash] = []
    for slot in slots:
        schedule = schedules[slot.schedule]
        turns.now = slot.moment
        of[slot.key] = {}
        for name in sorted(schedule.roles, key=lambda n: (n != FACILITATOR, n)):
            seats = _Seats(slot, name, _may_take(schedule, name))
            of[slot.key][name] = seats
            clashes += turns.fill(seats, schedule.roles[name].seats)
    return Rosters({key: {name: tuple(seats.people) for name, seats in roles.items()} for key, roles in of.items()}, tuple(clashes))


def _may_take(schedule: Schedule, role: str) -> Sequence[str]:
    return [p for p in schedule.roles[role].from_ if role == FACILITATOR or p not in schedule.barred]


@dataclass(eq=False)
class _Seats:
    """One role in one slot: who may take it, and who does so far. Nobody may take what is settled already."""

    slot: Slot
    role: str
    may_take: Sequence[str]
    people: list[str] = field(default_factory=list)


class _Turns:
    """When everybody took part last, and which seats they have. Slots are to come in the order of their moments."""

    def __init__(self, past: Iterable[TookPart], schedules: Mapping[str, Schedule], first: datetime) -> None:
        self.now = first
        """The moment of the slot that is being filled."""
        self._schedules = schedules
        self._longest = max((s.length for s in schedules.values()), default=timedelta(0))
        self._last: dict[str, datetime] = {}
        self._times: dict[str, int] = {}
        self._has: dict[str, list[_Seats]] = {}
        for name, moment, roster in sorted(past, key=lambda p: p[:2]):
            ends = moment + schedules[name].length if name in schedules else moment
            for role, people in roster.items():
                settled = _Seats(Slot(schedule=name, moment=moment, ends=ends), role, ()) if ends > first else None
                for person in people:
                    self._took_part(person, moment)
                    if settled is not None:
                        self._has.setdefault(person, []).append(settled)

    def fill(self, seats: _Seats, wanted: int) -> Iterator[Clash]:
        """Seat people; gives a clash for each seat that stays empty since somebody is busy."""
        free = [p for p in seats.may_take if not self._busy(p, seats.slot)]
        for person in self._in_turn(free)[:wanted]:
            self._seat(person, seats)
        while len(seats.people) < wanted and self._find_one(seats, set()):
            pass
        others = [p for p in seats.may_take if p not in seats.people]
        for person in others[: wanted - len(seats.people)]:
            other = self._busy(person, seats.slot)[0].slot
            pair = (seats.slot.schedule, other.schedule)
            sealed = frozenset(n for n in pair if n in self._schedules and self._schedules[n].when.surprise)
            yield Clash(seats.slot, other, seats.role, person, sealed)

    def _find_one(self, seats: _Seats, asked: set[tuple[str, int]]) -> bool:
        """Seat one more, who perhaps gives up another seat that somebody else can take. Nobody is `asked` twice for the same."""
        for person in self._in_turn(seats.may_take):
            if person in seats.people or (person, id(seats)) in asked:
                continue
            asked.add((person, id(seats)))
            busy = self._busy(person, seats.slot)
            if not busy or (len(busy) == 1 and self._may_be_given_up(busy[0]) and self._changes(person, busy[0], seats, asked)):
                if not busy:
                    self._seat(person, seats)
                return True
        return False

    def _may_be_given_up(self, seats: _Seats) -> bool:
        return bool(seats.may_take) and seats.slot.ends > self.now

    def _changes(self, person: str, old: _Seats, new: _Seats, asked: set[tuple[str, int]]) -> bool:
        """From one seat to another, if the old one does not stay empty."""
        self._leave(person, old)
        self._seat(person, new)
        if self._find_one(old, asked):
            return True
        self._leave(person, new)
        self._seat(person, old)
        return False

    def _busy(self, person: str, slot: Slot) -> Sequence[_Seats]:
        """Seats at the time of a slot."""
        has = self._has.get(person)
        if not has:
            return ()
        # What may still be given up began after this, and so did or lasted all that is at once with it.
        over = self.now - self._longest
        if has[0].slot.ends <= over:
            has[:] = [s for s in has if s.slot.ends > over]
        return [s for s in has if s.slot == slot or (s.slot.moment < slot.ends and slot.moment < s.slot.ends)]

    def _in_turn(self, people: Sequence[str]) -> Sequence[str]:
        """Who was in fewer drills comes first where two were last in at the same time; then the order of the file."""
        return sorted(people, key=lambda p: (self._last.get(p, _NEVER), self._times.get(p, 0)))

    def _seat(self, person: str, seats: _Seats) -> None:
        seats.people.append(person)
        self._has.setdefault(person, []).append(seats)
        self._took_part(person, seats.slot.moment)

    def _took_part(self, person: str, moment: datetime) -> None:
        self._last[person] = max(moment, self._last.get(person, _NEVER))
        self._times[person] = self._times.get(person, 0) + 1

    def _leave(self, person: str, seats: _Seats) -> None:
        seats.people.remove(person)
        self._has[person].remove(seats)
        self._times[person] -= 1
