"""Closed times: what stands in the way of a drill at a moment, be it a freeze, a holiday or the hour."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from gameday.model.closing import Calendar, Closing
from gameday.model.local_time import to_utc
from gameday.model.schedule import WEEKDAYS, Hours, Schedule
from gameday.model.slot import WithheldBy

_Closed = tuple[datetime, datetime, WithheldBy, str]
_NOTHING = Calendar(file="")


class ClosedTimes:
    """The closings that hold for some schedules of one zone, in UTC, ready to be asked."""

    def __init__(self, freezes: Iterable[Closing], holidays: Iterable[Closing], zone: ZoneInfo) -> None:
        known = [(c, "freeze") for c in freezes] + [(c, "holiday") for c in holidays]
        self._all: list[_Closed] = sorted((_utc(c.begins, zone), _utc(c.ends, zone), kind, c.name) for c, kind in known)  # type: ignore[misc]  # the two words
        self._begins = [begins for begins, *_ in self._all]
        self._reach = list(accumulate((ends for _, ends, *_ in self._all), max))

    def hit(self, begins: datetime, ends: datetime) -> _Closed | None:
        """A closing that overlaps with this time, or None."""
        at = bisect_left(self._begins, ends) - 1
        while at >= 0 and self._reach[at] > begins:
            if self._all[at][1] > begins:
                return self._all[at]
            at -= 1
        return None


def closed_times(schedule: Schedule, calendars: Mapping[str, Calendar], zone: ZoneInfo) -> ClosedTimes:
    """The closings of a schedule's own files. `calendars` are known by the paths that schedules write."""
    freezes = (c for path in schedule.freezes for c in calendars.get(path, _NOTHING).closings)
    return ClosedTimes(freezes, (c for path in schedule.holidays for c in calendars.get(path, _NOTHING).closings), zone)


def in_the_way(
    moment: datetime, length: timedelta, hours: Hours | None, closed: ClosedTimes, zone: ZoneInfo
) -> tuple[WithheldBy, str] | None:
    """What stands in the way of a drill that begins at this moment, with a sentence; None where it may be."""
    if (found := closed.hit(moment, moment + length)) is not None:
        _, ends, kind, name = found
        return kind, f'{kind} "{name}", until {ends.astimezone(zone):%Y-%m-%d %H:%M}'
    if hours is not None and not inside(moment.astimezone(zone), (moment + length).astimezone(zone), hours):
        here = moment.astimezone(zone)
        return "hours", f"{WEEKDAYS[here.weekday()]} {here:%H:%M} is outside the working hours, {told(hours)}"
    return None


def inside(begins: datetime, ends: datetime, hours: Hours) -> bool:
    """Whether a drill lies inside the hours of one day, both ends as the wall clock shows them."""
    return (
        WEEKDAYS[begins.weekday()] in hours.days
        and begins.date() == ends.date()
        and hours.from_ <= begins.time().replace(fold=0)
        and ends.time().replace(fold=0) <= hours.to
    )


def told(hours: Hours) -> str:
    """`mon, tue 09:00 to 17:00`."""
    return f"{', '.join(hours.days)} {hours.from_:%H:%M} to {hours.to:%H:%M}"


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else to_utc(moment, zone)
