"""Troubles of a schedule that is well written: rules that never fire, moments that do not exist, windows without room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from gameday.model.closing import Calendar
from gameday.model.duration import format_duration
from gameday.model.local_time import exists, zone_of
from gameday.model.schedule import Schedule
from gameday.schedule.closed import ClosedTimes, closed_times, in_the_way, told
from gameday.schedule.rule import first_moment, moments
from gameday.schedule.surprise import days, room, windows

Trouble = tuple[Sequence[str | int], str]
"""The way to the key that is wrong, and a sentence about it."""
_MANY = 500
"""Moments that are looked at."""


def troubles(schedule: Schedule, calendars: Mapping[str, Calendar]) -> Iterator[Trouble]:
    """What is wrong with a schedule, in the order of its keys. Needs no clock: what is past is no trouble."""
    zone = zone_of(schedule.zone)
    closed = closed_times(schedule, calendars, zone)
    hours = schedule.open_hours
    if hours is not None and _span(hours.from_, hours.to) < schedule.length:
        yield ("length",), f"a drill of {format_duration(schedule.length)} has no room in the working hours, {told(hours)}"
    elif schedule.when.surprise is not None:
        yield from _without_room(schedule, closed, zone)
    else:
        yield from _of_rule(schedule, closed, zone)


def _span(begins: time, ends: time) -> timedelta:
    return datetime.combine(datetime.min, ends) - datetime.combine(datetime.min, begins)


def _of_rule(schedule: Schedule, closed: ClosedTimes, zone: ZoneInfo) -> Iterator[Trouble]:
    when = schedule.when
    way = ("when", "once" if when.once else "cron" if when.cron else "rrule")
    try:
        first = first_moment(when, schedule.zone)
    except ValueError as wrong:
        yield way, str(wrong)
        return
    if first is None:
        yield way, f'"{when.cron or when.rrule}" names no moment; it never fires'
        return
    yield from _of_start(schedule, first, zone)
    if when.once is not None:
        if (found := in_the_way(first, schedule.length, schedule.open_hours, closed, zone)) is not None:
            yield way, f"it would be withheld: {found[1]}"
        return
    several = list(islice(moments(when, schedule.zone, first), _MANY))
    reasons = [in_the_way(m, schedule.length, schedule.hours, closed, zone) for m in several]
    if all(r is not None and r[0] == "hours" for r in reasons) and reasons[0] is not None:
        yield way, f"it never fires: {reasons[0][1]}, and so are all its moments"
    if close := next(((a, b) for a, b in pairwise(several) if b - a < schedule.length), None):
        a, b = (m.astimezone(zone) for m in close)
        said = f"a drill of {format_duration(schedule.length)} that begins {a:%Y-%m-%d %H:%M} is not over when the next begins, {b:%Y-%m-%d %H:%M}"
        yield way, said


def _of_start(schedule: Schedule, first: datetime, zone: ZoneInfo) -> Iterator[Trouble]:
    when = schedule.when
    start = when.once or when.start
    if start is None:
        return
    key = "once" if when.once else "start"
    if not exists(start, zone):
        said = f"{start:%H:%M} does not exist on {start:%Y-%m-%d} in {schedule.zone}, where clocks go forward; write {first.astimezone(zone):%H:%M}"
        yield ("when", key), said
    elif when.start and (own := first.astimezone(zone).replace(tzinfo=None)) != start:
        yield ("when", key), f"{start:%a %Y-%m-%d %H:%M} is not one of the rule's own moments; the first of them is {own:%Y-%m-%d %H:%M}"


def _without_room(schedule: Schedule, closed: ClosedTimes, zone: ZoneInfo) -> Iterator[Trouble]:
    """A window that is written out has to have room; of those that repeat, any."""
    surprise = schedule.when.surprise
    assert surprise is not None
    begin = datetime.combine(surprise.first or (surprise.last or datetime(2000, 1, 1)), time(), UTC)
    until = begin + timedelta(days=100 if surprise.each else 36_500)
    found = list(islice(windows(schedule, zone, begin, until), 8))
    if surprise.each and (surprise.first is None or surprise.last is None):
        closed = ClosedTimes((), (), zone)
    if not any(next(room(schedule, w, closed, zone, day), None) for w in found for day in days(w, zone)):
        hours = schedule.open_hours
        assert hours is not None
        said = f"no window has room for {format_duration(schedule.length)} within {told(hours)}"
        yield ("when", "surprise"), f"{said}{' and outside freezes and holidays' * bool(schedule.freezes or schedule.holidays)}"
