"""Rotation: who takes which role in which slot. Least recent first, nobody in two drills at once, experts left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gameday.model.schedule import FACILITATOR, Role, Schedule
from gameday.model.slot import Slot, SlotRecord

_NEVER = datetime.min.replace(tzinfo=UTC)
_PAST = ("ran", "running")


@dataclass(frozen=True)
class Clash:
    """A seat that only somebody could take who is in another drill at that time."""

    slot: Slot
    other: Slot
    role: str
    person: str

    def __str__(self) -> str:
        at = f"{max(self.slot.moment, self.other.moment):%Y-%m-%d %H:%MZ}"
        return (
            f"{self.person} would be in two drills at once at {at}: {self.slot.key} needs a {self.role}, {self.other.key} has them; "
            f"name more people for `{self.role}`, or move one of the two"
        )


@dataclass(frozen=True)
class Rosters:
    """Who takes which role, by the slot's key; and the seats that nobody can take."""

    of: Mapping[str, Mapping[str, tuple[str, ...]]]
    clashes: Sequence[Clash] = ()


def rosters(slots: Iterable[Slot], schedules: Mapping[str, Schedule], records: Iterable[SlotRecord] = ()) -> Rosters:
    """Fill the seats of slots that are still to come, in order of their moments.

    Turns count over all schedules together: who was in any drill last comes last. The facilitator is chosen first.
    """
    turns = _Turns(records, schedules)
    of: dict[str, Mapping[str, tuple[str, ...]]] = {}
    clashes: list[Clash] = []
    for slot in sorted(slots, key=lambda s: (s.moment, s.schedule)):
        schedule = schedules[slot.schedule]
        roster = {}
        for name in sorted(schedule.roles, key=lambda n: (n != FACILITATOR, n)):
            roster[name] = turns.fill(slot, name, schedule.roles[name], () if name == FACILITATOR else schedule.barred, clashes)
        of[slot.key] = roster
    return Rosters(of, tuple(clashes))


class _Turns:
    """When everybody took part last, and in which slot they are."""

    def __init__(self, records: Iterable[SlotRecord], schedules: Mapping[str, Schedule]) -> None:
        self._last: dict[str, tuple[datetime, int]] = {}
        self._in: dict[str, Slot] = {}
        for record in sorted((r for r in records if r.outcome in _PAST), key=lambda r: r.moment):
            length = schedules[record.schedule].length if record.schedule in schedules else timedelta(0)
            slot = Slot(schedule=record.schedule, moment=record.moment, ends=record.moment + length)
            for person in (p for people in record.roster.values() for p in people):
                self._took_part(person, record.moment)
                self._in[person] = slot

    def _took_part(self, person: str, moment: datetime) -> None:
        self._last[person] = (moment, self._last.get(person, (_NEVER, 0))[1] + 1)

    def fill(self, slot: Slot, name: str, role: Role, barred: Iterable[str], clashes: list[Clash]) -> tuple[str, ...]:
        left_out = set(barred)
        wanted = [p for p in role.from_ if p not in left_out]
        free = [p for p in wanted if p not in self._in or self._in[p].ends <= slot.moment]
        # Who was in fewer drills comes first where two were last in at the same time; then the order of the file.
        chosen = sorted(free, key=lambda p: (*self._last.get(p, (_NEVER, 0)), role.from_.index(p)))[: role.seats]
        if missing := role.seats - len(chosen):
            busy = [p for p in wanted if p not in free][:missing]
            clashes += [Clash(slot, self._in[p], name, p) for p in busy]
        for person in chosen:
            self._took_part(person, slot.moment)
            self._in[person] = slot
        return tuple(chosen)
