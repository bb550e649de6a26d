"""Rules: the moments that `once`, `cron` and `rrule` name on the wall clock of a zone, as moments in UTC.

Libraries count in local time without a zone; the step to UTC is made here, once, for all of them. So a time that the wall
clock shows twice happens once, and one that it leaves out happens as much later as the clock was moved.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from dateutil.rrule import rrule, rrulestr

from gameday.model.local_time import to_utc, zone_of
from gameday.model.schedule import When

LocalMoments = Callable[[datetime], Iterator[datetime]]
"""Moments of the wall clock at and after one, in order."""
_OFTEN = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
"""How often a drill may be; not each hour or minute."""
_DAY = timedelta(days=1)
_NONE = timedelta(0)
_TICK = timedelta(microseconds=1)
_LONG = 366 * 50 * _DAY
"""A rule that names no moment for so long names none."""
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_COMPACT = "%Y%m%dT%H%M%S"


def moments(when: When, zone_name: str, since: datetime) -> Iterator[datetime]:
    """The moments in UTC at and after `since`, each once, in order. None for a surprise: its moments are drawn.

    Raises ValueError where the rule cannot be read.
    """
    return in_utc(local_rule(when, zone_name), zone_of(zone_name), since)


def in_utc(rule: LocalMoments, zone: ZoneInfo, since: datetime) -> Iterator[datetime]:
    """What a wall clock's rule means in UTC, at and after `since`."""
    here = since.astimezone(zone)
    # A time that the clock left out comes later than it is called: then look further back.
    back = _DAY if here.utcoffset() != (since - _DAY).astimezone(zone).utcoffset() else _NONE
    last = since - _TICK
    moved: list[datetime] = []
    for local in rule(here.replace(tzinfo=None) - back):
        moment = to_utc(local, zone)
        if moment.astimezone(zone).replace(tzinfo=None) != local:
            moved.append(moment)
            continue
        while moved and moved[0] <= moment:
            if (first := moved.pop(0)) > last:
                yield (last := first)
        if moment > last:
            yield (last := moment)
    yield from (m for m in moved if m > last)


@lru_cache(maxsize=8192)
def local_rule(when: When, zone_name: str) -> LocalMoments:
    """The rule on a wall clock. Raises ValueError where it cannot be read, with what to write instead."""
    if when.once is not None:
        once = when.once
        return lambda since: iter([once] if once >= since else [])
    if when.cron is not None:
        return _cron(when.cron)
    if when.rrule is not None and when.start is not None:
        return _rrule(when.rrule, when.start, zone_of(zone_name))
    return lambda since: iter(())


def _cron(text: str) -> LocalMoments:
    if (count := len(text.split())) != 5:
        raise ValueError(
            f'"{text}" has {count} field{"s" * (count != 1)}; cron has five: minute hour day month weekday, as in "0 10 * * TUE"'
        )
    try:
        parsed = CronSim(text, datetime(2000, 1, 1))
    except CronSimError as wrong:
        raise ValueError(f'"{text}" is no cron rule: {_cron_fault(str(wrong), text)}') from None

    times = sorted((hour, minute) for hour in parsed.hours for minute in parsed.minutes)
    _, _, day_field, _, weekday_field = text.split()

    # The library's own walk goes hour by hour, and asks of each day; this one goes by months, whose days are known.
    def after(since: datetime) -> Iterator[datetime]:
        for year in range(since.year, min(since.year + _LONG.days // 366, MAXYEAR) + 1):
            for month in sorted(parsed.months):
                if (year, month) < (since.year, since.month):
                    continue
                for day in _days(day_field, weekday_field, monthrange(year, month)):
                    for hour, minute in times:
                        if (moment := datetime(year, month, day, hour, minute)) >= since:
                            yield moment

    return after


_MONTHS = {monthrange(year, month): date(year, month, 1) for year in range(2000, 2028) for month in range(1, 13)}
"""A month of each kind: the weekday that it begins with, and how many days it has."""


@lru_cache(maxsize=4096)
def _days(day_field: str, weekday_field: str, kind: tuple[int, int]) -> tuple[int, ...]:
    """The days that two fields of cron name in a month of this kind. There are 28 kinds, and many rules share their fields."""
    parsed = CronSim(f"0 0 {day_field} * {weekday_field}", datetime(2000, 1, 1))
    first = _MONTHS[kind]
    return tuple(first.day + n for n in range(kind[1]) if parsed.match_day(first + n * _DAY))


def _cron_fault(said: str, text: str) -> str:
    minute, hour, day, month, weekday = text.split()
    if said == "Bad day-of-month" and re.fullmatch(r"[\d,-]+", day):
        return (
            f"no month {month} has a day {day}; it never fires"
            if month != "*" and day.isdigit() and int(day) <= 31
            else f'the day "{day}" does not exist'
        )
    fields = {"minute": minute, "hour": hour, "day-of-month": day, "month": month, "day-of-week": weekday}
    name = said.removeprefix("Bad ")
    return f'the {name} "{fields.get(name, text)}" cannot be read'


@dataclass(frozen=True)
class _Recurrence:
    """A rule that was read, with what is needed to begin it later."""

    rule: rrule
    start: datetime
    every: str
    """`DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`."""
    interval: int
    counted: bool

    def after(self, since: datetime) -> Iterator[datetime]:
        """Its moments at and after one."""
        return iter(self._later(since).xafter(since, inc=True))

    def fires(self) -> bool:
        """Whether it names any day at all, its end apart.

        The library gives up in the year 9999 only. The calendar repeats after 400 years, so a rule that begins late finds out soon.
        """
        late = self.start.replace(year=self.start.year + (9_600 - self.start.year) // 400 * 400)
        return next(iter(self.rule.replace(dtstart=late, until=None, count=1)), None) is not None

    def _later(self, since: datetime) -> rrule:
        """The same rule begun later, in step, so that finding the next moment of an old rule need not walk through the years."""
        start, days = self.start, (since - self.start).days
        if self.counted or days < 60:
            return self.rule
        if self.every in ("DAILY", "WEEKLY"):
            step = self.interval * (1 if self.every == "DAILY" else 7)
            return self.rule.replace(dtstart=start + timedelta(days=days // step * step))
        if start.day > 28:  # not every month has this day, and the rule may be about it
            return self.rule
        step = self.interval * (1 if self.every == "MONTHLY" else 12)
        months = (since.year - start.year) * 12 + since.month - start.month - 1
        months = months // step * step + start.month - 1
        return self.rule.replace(dtstart=start.replace(year=start.year + months // 12, month=months % 12 + 1))


def _rrule(text: str, start: datetime, zone: ZoneInfo) -> LocalMoments:
    parts = _parts(text)
    if (every := parts.get("FREQ", "")) not in _OFTEN:
        raise ValueError(f'"{text}" does not say how often; write FREQ={", ".join(_OFTEN[:-1])} or {_OFTEN[-1]}')
    for key, value in parts.items():
        if wrong := _out_of_range(key, value, parts):
            raise ValueError(f'"{text}" is no RRULE: {wrong}')
    if "UNTIL" in parts and "COUNT" in parts:
        raise ValueError(f'"{text}" has COUNT and UNTIL; keep one')
    if "UNTIL" in parts:
        parts["UNTIL"] = _local_until(parts["UNTIL"], zone)
    try:
        found = rrulestr(";".join(f"{k}={v}" for k, v in parts.items()), dtstart=start)
        assert isinstance(found, rrule)
        recurrence = _Recurrence(found, start, every, int(parts.get("INTERVAL", "1")), "COUNT" in parts)
        fires = recurrence.fires()
    except (ValueError, TypeError, KeyError) as wrong:
        raise ValueError(f'"{text}" is no RRULE: {str(wrong)[:100] or "it cannot be read"}') from None
    if not fires:
        raise ValueError(f'"{text}" names no day; it never fires')
    return recurrence.after


def _parts(text: str) -> dict[str, str]:
    bare = text.strip().upper().removeprefix("RRULE:")
    if not re.fullmatch(r"[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*;?", bare):
        raise ValueError(f'"{text}" is no RRULE; write one as "FREQ=MONTHLY;BYDAY=1TU"')
    return dict(part.split("=", 1) for part in bare.rstrip(";").split(";"))


_RANGES = {
    "INTERVAL": (1, 10_000), "COUNT": (1, 1_000_000), "BYMONTH": (1, 12), "BYMONTHDAY": (1, 31), "BYYEARDAY": (1, 366), "BYWEEKNO": (1, 53),
    "BYSETPOS": (1, 366), "BYHOUR": (0, 23), "BYMINUTE": (0, 59), "BYSECOND": (0, 59),
}  # fmt: skip
_FROM_THE_END = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
"""Where -1 is the last one."""
_ALONE = ("INTERVAL", "COUNT")


def _out_of_range(key: str, value: str, parts: Mapping[str, str]) -> str | None:
    """What is wrong with one part. The library passes over what it does not expect, and then means another day."""
    if key == "BYDAY":
        return next((wrong for day in value.split(",") if (wrong := _wrong_day(day, parts))), None)
    if key not in _RANGES:
        return None
    low, high = _RANGES[key]
    for number in [value] if key in _ALONE else value.split(","):
        found = re.fullmatch(r"([+-]?)(\d{1,7})", number)
        if not found or (found[1] and key not in _FROM_THE_END) or not low <= int(found[2]) <= high:
            counted = f", or from the end -{low} to -{high}" if key in _FROM_THE_END else ""
            return f"{key}={number} cannot be; write a number from {low} to {high}{counted}"
    return None


def _wrong_day(day: str, parts: Mapping[str, str]) -> str | None:
    found = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", day)
    if found is None:
        return f"BYDAY={day} names no weekday; write {', '.join(_WEEKDAYS)}"
    if found[1] is None:
        return None
    if parts["FREQ"] not in ("MONTHLY", "YEARLY"):
        return f"BYDAY={day} counts days of a month or a year, which {parts['FREQ']} has not; write BYDAY={found[2]}, or FREQ=MONTHLY"
    most = 5 if parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts else 53
    return (
        None
        if 1 <= abs(int(found[1])) <= most
        else f"BYDAY={day} cannot be; write 1{found[2]} to {most}{found[2]}, or -1{found[2]} for the last"
    )


def _local_until(text: str, zone: ZoneInfo) -> str:
    """The last moment as the wall clock shows it; RFC 5545 writes it in UTC."""
    found = re.fullmatch(r"(\d{8})(?:T(\d{6})(Z?))?", text)
    if not found:
        raise ValueError(f'UNTIL="{text}" cannot be read; write a day, such as UNTIL=20261231')
    try:
        until = datetime.strptime(f"{found[1]}T{found[2] or '235959'}", _COMPACT)
    except ValueError:
        raise ValueError(f"UNTIL={text} is no moment that exists; write year, month and day, such as UNTIL=20261231") from None
    return (until.replace(tzinfo=UTC).astimezone(zone) if found[3] else until).strftime(_COMPACT)


def first_moment(when: When, zone_name: str) -> datetime | None:
    """The first moment that a rule ever names, or None for one that never fires. Raises ValueError where it cannot be read."""
    start = when.start or when.once or datetime(2000, 1, 1)
    return next(moments(when, zone_name, (start - 2 * _DAY).replace(tzinfo=UTC)), None)


def days_and_times(when: When) -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    """All weekdays (Monday is 0) and all times of day (hour, minute) that a rule can ever name, however long it takes to come round.

    For a rule that can be read; nothing for what is no rule.
    """
    if when.cron is not None:
        parsed = CronSim(when.cron, datetime(2000, 1, 1))
        _, _, day, _, weekday = when.cron.split()
        days = (first.replace(day=n).weekday() for kind, first in _MONTHS.items() for n in _days(day, weekday, kind))
        return frozenset(days), frozenset((hour, minute) for hour in parsed.hours for minute in parsed.minutes)
    if when.rrule is None or when.start is None:
        return frozenset(), frozenset()
    parts, start = _parts(when.rrule), when.start
    hours, minutes = parts.get("BYHOUR", str(start.hour)), parts.get("BYMINUTE", str(start.minute))
    times = frozenset((int(hour), int(minute)) for hour in hours.split(",") for minute in minutes.split(","))
    if "BYDAY" in parts:
        return frozenset(_WEEKDAYS.index(day[-2:]) for day in parts["BYDAY"].split(",")), times
    in_weeks = parts["FREQ"] == "WEEKLY" or (parts["FREQ"] == "DAILY" and int(parts.get("INTERVAL", "1")) % 7 == 0)
    if in_weeks and not any(key in parts for key in ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER")):
        return frozenset([start.weekday()]), times
    return frozenset(range(7)), times
