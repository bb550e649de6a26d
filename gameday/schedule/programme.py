"""The programme: for each service and class of faults, what was, what is planned, what is due, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from gameday.model.fault_class import classes_of
from gameday.model.local_time import to_utc, zone_of
from gameday.model.programme import Programme
from gameday.model.schedule import Schedule
from gameday.schedule.agenda import Agenda
from gameday.schedule.closed import ClosedTimes, in_the_way

State = Literal["done", "planned", "due", "overdue"]
SOON = timedelta(days=31)
"""What falls due so soon is due, unless it is planned in time."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Past:
    """A drill that happened and could be judged: it counts."""

    service: str
    faults: tuple[str, ...]
    moment: datetime
    drill: str


@dataclass(frozen=True)
class Known:
    """A scenario that a proposal may use."""

    path: str
    service: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How one duty stands: a service and one class of faults."""

    service: str
    fault: str
    every_months: int
    last: Past | None
    due: date
    """By then the next has to be; today where there was none yet."""
    planned: datetime | None
    """The first slot that is planned for it, or when the window of a surprise opens."""
    state: State


@dataclass(frozen=True)
class Proposal:
    """A drill that would put a duty right. `scenario` is None where nobody wrote one yet."""

    service: str
    faults: tuple[str, ...]
    """The duties it puts right, all of one service."""
    scenario: str | None
    moment: datetime | None
    """None where no day before it is overdue by a year has room."""


def standings(programme: Programme, past: Iterable[Past], agenda: Agenda, now: datetime, until: datetime) -> Sequence[Standing]:
    """How every duty stands, the most pressing first."""
    today = now.astimezone(zone_of(programme.zone)).date()
    done = sorted(past, key=lambda p: p.moment)
    ahead_of = [(slot.moment, slot.schedule) for slot in agenda.slots(now, until)]
    ahead_of += [(max(window.opens, now), window.schedule) for window in agenda.windows(now, until)]
    planned = [(moment, agenda.schedules[name]) for moment, name in sorted(ahead_of)]
    found = []
    for duty in programme.duties:
        months = duty.every_months or programme.every_months
        for fault in dict.fromkeys(duty.faults):
            last = next((p for p in reversed(done) if p.service == duty.service and fault in classes_of(p.faults)), None)
            due = months_later(last.moment.astimezone(zone_of(programme.zone)).date(), months) if last else today
            ahead = next((m for m, s in planned if _drills(s, duty.service, fault)), None)
            found.append(Standing(duty.service, fault, months, last, due, ahead, _state(last, due, ahead, today, months)))
    order = ("overdue", "due", "planned", "done")
    return sorted(found, key=lambda s: (order.index(s.state), s.due, s.service, s.fault))


def _drills(schedule: Schedule, service: str, fault: str) -> bool:
    return schedule.paused is None and schedule.service == service and fault in classes_of(schedule.faults)


def _state(last: Past | None, due: date, planned: datetime | None, today: date, months: int) -> State:
    # What was never drilled has no day by which it must be: a plan within one turn of the duty will do.
    latest = due if last is not None else max(months_later(today, months), today + SOON)
    if planned is not None and planned.date() <= latest:
        return "planned"
    if last is not None and due < today:
        return "overdue"
    return "due" if due <= today + SOON else "done"


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that has no such day."""
    total = day.month - 1 + months
    first = day.replace(year=day.year + total // 12, month=total % 12 + 1, day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
    return first.replace(day=min(day.day, last.day))


def proposals(
    programme: Programme, found: Sequence[Standing], scenarios: Sequence[Known], agenda: Agenda, closed: ClosedTimes, now: datetime
) -> Sequence[Proposal]:
    """A drill for each pressing duty that has none planned as soon as it may be, at most one a day, spread so that no week gets more than it must.

    One scenario that breaks several classes puts several duties right. Among scenarios, the one least used in what is
    planned already comes first.
    """
    late = [s for s in found if s.state in ("due", "overdue")]
    days = {due: _choice(programme, closed, now, due) for due in {s.due for s in late}}
    pressing = [s for s in late if not _is_planned_as_soon(s, days[s.due], now)]
    taken = _load(agenda, now)
    used: dict[str, int] = {}
    for schedule in agenda.schedules.values():
        used[schedule.scenario] = used.get(schedule.scenario, 0) + 1
    made = []
    while pressing:
        first = pressing[0]
        fitting = [k for k in scenarios if k.service == first.service and first.fault in classes_of(k.faults)]
        best = min(fitting, key=lambda k: (-len(_righted(k, pressing)), used.get(k.path, 0), k.path), default=None)
        righted = _righted(best, pressing) if best else [first]
        moment = _free(days[first.due], taken) if best else None
        if moment is not None:
            taken[moment.date()] = taken.get(moment.date(), 0) + 1
        if best is not None:
            used[best.path] = used.get(best.path, 0) + 1
        made.append(Proposal(first.service, tuple(s.fault for s in righted), best.path if best else None, moment))
        pressing = [s for s in pressing if s not in righted]
    return made


def _righted(known: Known, pressing: Sequence[Standing]) -> list[Standing]:
    return [s for s in pressing if s.service == known.service and s.fault in classes_of(known.faults)]


def _load(agenda: Agenda, now: datetime) -> dict[date, int]:
    """How many drills are on each day of the coming year."""
    load: dict[date, int] = {}
    for slot in agenda.slots(now, now + timedelta(days=366)):
        load[slot.moment.date()] = load.get(slot.moment.date(), 0) + 1
    return load


def _choice(programme: Programme, closed: ClosedTimes, now: datetime, due: date) -> Sequence[datetime]:
    """The days with room before it is due; in the coming month where that is too late already; then the first ones of a year."""
    month = max(due, now.date() + SOON)
    return (
        list(_days_with_room(programme, closed, now, due))
        or list(_days_with_room(programme, closed, now, month))
        or list(_days_with_room(programme, closed, now, month + timedelta(days=366)))[:20]
    )


def _is_planned_as_soon(standing: Standing, days: Sequence[datetime], now: datetime) -> bool:
    """Whether it comes too late and yet no proposal would make it better: no day in time has room, and it is planned no later."""
    if standing.planned is None or (days and days[0].date() <= standing.due):
        return False
    latest = max(days[-1].date(), now.date() + SOON) if days else date.max
    return standing.planned.date() <= latest


def _free(days: Sequence[datetime], taken: Mapping[date, int]) -> datetime | None:
    """The one in the emptiest week, on a day without a drill if there is any."""
    free = [m for m in days if not taken.get(m.date())] or days
    return min(free, key=lambda m: (taken.get(m.date(), 0), _week_load(m.date(), taken), m), default=None)


def _week_load(day: date, taken: Mapping[date, int]) -> int:
    monday = day - timedelta(days=day.weekday())
    return sum(taken.get(monday + timedelta(days=n), 0) for n in range(7))


def _days_with_room(programme: Programme, closed: ClosedTimes, now: datetime, last: date) -> Iterator[datetime]:
    """One moment on each working day, an hour after work begins; not sooner than in a week, since people have plans."""
    zone, hours = zone_of(programme.zone), programme.hours
    day = now.astimezone(zone).date() + timedelta(days=7)
    begin = min(
        datetime.combine(date.min, hours.from_) + timedelta(hours=1), datetime.combine(date.min, hours.to) - timedelta(hours=1)
    ).time()
    while day <= last:
        moment = to_utc(datetime.combine(day, max(begin, time(0))), zone).astimezone(UTC)
        if in_the_way(moment, timedelta(minutes=30), hours, closed, zone) is None:
            yield moment
        day += _DAY
