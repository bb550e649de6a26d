"""Surprises: the windows they happen in, and the draw of a moment inside one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from gameday.model.local_time import to_utc
from gameday.model.schedule import WEEKDAYS, Schedule, Surprise
from gameday.model.slot import Seal, Window
from gameday.schedule.closed import ClosedTimes, in_the_way

STEP = timedelta(minutes=5)
"""Moments are drawn from those that lie so far apart."""
_DAY = timedelta(days=1)


def windows(schedule: Schedule, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Window]:
    """The windows that are open at any time in `since` to `until`, in order."""
    surprise = schedule.when.surprise
    if surprise is None:
        return
    for first, after_last in _periods(surprise, since.astimezone(zone).date(), until.astimezone(zone).date()):
        opens, closes = (to_utc(datetime.combine(day, time()), zone) for day in (first, after_last))
        if closes > since and opens < until:
            yield Window(schedule=schedule.name, opens=opens, closes=closes)


def _periods(surprise: Surprise, since: date, until: date) -> Iterator[tuple[date, date]]:
    """First day and day after the last, clipped to the days that the schedule names."""
    lowest, highest = surprise.first or date.min, (surprise.last + _DAY) if surprise.last else date.max
    if surprise.each is None:
        yield lowest, highest
        return
    first = _first_day(surprise.each, max(since, lowest))
    while first <= until and first < highest:
        following = _following(surprise.each, first)
        yield max(first, lowest), min(following, highest)
        first = following


def _first_day(each: str, day: date) -> date:
    if each == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=day.month if each == "month" else (day.month - 1) // 3 * 3 + 1)


def _following(each: str, first: date) -> date:
    if each == "week":
        return first + timedelta(days=7)
    months = first.month + (1 if each == "month" else 3)
    return first.replace(year=first.year + (months > 12), month=(months - 1) % 12 + 1)


def room(schedule: Schedule, window: Window, closed: ClosedTimes, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The moments of one day at which the whole drill lies inside window and working hours, and outside freezes and holidays."""
    hours = schedule.open_hours
    assert hours is not None, "a surprise always has hours"
    if WEEKDAYS[day.weekday()] not in hours.days:
        return
    moment, end = (to_utc(datetime.combine(day, at), zone) for at in (hours.from_, hours.to))
    moment = max(moment, moment + -(-(window.opens - moment) // STEP) * STEP)
    while moment + schedule.length <= min(end, window.closes):
        if in_the_way(moment, schedule.length, hours, closed, zone) is None:
            yield moment
        moment += STEP


def days(window: Window, zone: ZoneInfo) -> list[date]:
    """The days of a window on the wall clock of a zone."""
    first, last = window.opens.astimezone(zone).date(), (window.closes - STEP).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def draw(
    schedule: Schedule, window: Window, closed: ClosedTimes, zone: ZoneInfo, after: datetime, salt: str, turn: int = 1,
    has_people: Callable[[datetime], bool] = lambda _: True,
) -> Seal | None:  # fmt: skip
    """A moment of the window later than `after`, each day as likely as any other; None where there is no room.

    The salt decides, and nobody can guess the moment without it. One that `has_people` goes before one that has none.
    """

    def rank(of: object) -> bytes:
        return hmac.digest(salt.encode(), f"{schedule.name}|{window.opens}|{turn}|{of}".encode(), hashlib.sha256)

    ranked = sorted(days(window, zone), key=rank)
    for day, wanted in chain(((day, has_people) for day in ranked), ((day, lambda _: True) for day in ranked)):
        if free := [m for m in room(schedule, window, closed, zone, day) if m > after and wanted(m)]:
            return Seal(
                schedule=schedule.name, opens=window.opens, closes=window.closes, moment=min(free, key=rank), salt=salt, turn=turn
            )  # fmt: skip
    return None
