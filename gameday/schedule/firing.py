"""Firing times for schedulers that know neither zones nor freezes: few lines that cover every slot, and more.

Each firing asks `gameday schedule due` first, which lets only true slots pass. So one line a week may stand for "the second
Tuesday of a month in Paris", at both its hours in UTC, for as long as the rule stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from gameday.errors import InvalidInput
from gameday.model.local_time import zone_of
from gameday.model.schedule import Schedule
from gameday.schedule.rule import days_and_times, moments

_SEASONS, _HOUR = timedelta(days=366 * 2), timedelta(hours=1)
"""In two years clocks are changed in every way that is known; what a rule names may take longer to come round."""
_MONDAY = datetime(2001, 1, 1)


@dataclass(frozen=True)
class Firing:
    """Times of day on some days: of the week, or one day of the year for what happens once. Weekday 0 is Sunday, as in cron."""

    minute: int
    hours: tuple[int, ...]
    weekdays: tuple[int, ...] = ()
    """None: every day."""
    day: int | None = None
    month: int | None = None
    year: int | None = None

    @property
    def cron(self) -> str:
        """The five fields."""
        hours = ",".join(map(str, self.hours))
        return f"{self.minute} {hours} {self.day or '*'} {self.month or '*'} {','.join(map(str, self.weekdays)) or '*'}"

    @property
    def on_calendar(self) -> str:
        """As systemd writes it, without the zone."""
        days = ",".join(_DAYS[n] for n in self.weekdays)
        date = f"{self.year}-{self.month:02d}-{self.day:02d}" if self.day and self.month else "*-*-*"
        return f"{days} {date} {','.join(f'{h:02d}' for h in self.hours)}:{self.minute:02d}:00".strip()


_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def firings(schedule: Schedule, clock: ZoneInfo, now: datetime) -> Sequence[Firing]:
    """Lines on a clock in the zone `clock` that cover all slots. Raises InvalidInput for a surprise, which nobody may read there."""
    if schedule.when.surprise is not None:
        raise InvalidInput(f"{schedule.name} is a surprise, whose moment must not stand in a file; `gameday serve` keeps it sealed")
    first = next(moments(schedule.when, schedule.zone, now), None)
    if first is None:
        return []
    if schedule.when.once is not None:
        shown = first.astimezone(clock)
        return [Firing(shown.minute, (shown.hour,), (), shown.day, shown.month, shown.year)]
    found: dict[int, dict[int, set[int]]] = {}
    for shown in _shown(schedule, clock, now):
        found.setdefault(shown.minute, {}).setdefault(shown.hour, set()).add(shown.isoweekday() % 7)
    return [firing for minute, hours in sorted(found.items()) for firing in _grouped(minute, hours)]


def least_gap(found: Sequence[Firing]) -> timedelta:
    """The shortest time between two firings; a week where there is one, or where they are days of a year."""
    minutes = sorted(
        (day * 24 + hour) * 60 + f.minute for f in found if f.day is None for day in (f.weekdays or range(7)) for hour in f.hours
    )
    if not minutes:
        return timedelta(days=7)
    return timedelta(minutes=min(b - a for a, b in pairwise([*minutes, minutes[0] + 7 * 24 * 60])))


def _shown(schedule: Schedule, clock: ZoneInfo, now: datetime) -> Iterator[datetime]:
    """What the other clock can show at a slot, in one week that stands for all: each time of the rule's days, in each season."""
    apart = {_apart(now + n * _HOUR, zone_of(schedule.zone), clock) for n in range(_SEASONS // _HOUR)}
    weekdays, times = days_and_times(schedule.when)
    for weekday in weekdays:
        for hour, minute in times:
            yield from (_MONDAY + timedelta(days=weekday, hours=hour, minutes=minute) + by for by in apart)


def _apart(moment: datetime, zone: ZoneInfo, clock: ZoneInfo) -> timedelta:
    """How far the other clock is ahead."""
    there, here = (moment.astimezone(z).replace(tzinfo=None) for z in (clock, zone))
    return there - here


def _grouped(minute: int, hours: dict[int, set[int]]) -> Iterator[Firing]:
    by_days: dict[tuple[int, ...], list[int]] = {}
    for hour, days in sorted(hours.items()):
        by_days.setdefault(tuple(sorted(days)), []).append(hour)
    for weekdays, those in by_days.items():
        yield Firing(minute, tuple(those), () if len(weekdays) == 7 else weekdays)
