"""Time as people write it in a schedule: an IANA zone, a day, a time of day, a moment on the wall clock of that zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Of schedules; everything that is computed from such a day is a day that can be written."""


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of a name. Raises ValueError with a suggestion."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'no time zone "{name[:60]}"{_near_zone(name) or "; write an IANA name, such as Europe/Paris or UTC"}') from None


def _near_zone(name: str) -> str:
    from difflib import get_close_matches

    if re.fullmatch(r"(?:UTC|GMT)?[+-]\d.*", name):
        return "; an offset does not know when clocks change. Write an IANA name, such as Europe/Paris"
    known = sorted(available_timezones())
    tail = {zone.rpartition("/")[2].lower(): zone for zone in known}
    wanted = re.sub(r"[\s-]+", "_", name[:60].rpartition("/")[2].lower())
    if name in _ABBREVIATIONS:
        near = [_ABBREVIATIONS[name]]
    else:
        near = get_close_matches(name[:60], known, 1, 0.8) or [tail[t] for t in get_close_matches(wanted, tail, 1, 0.75)]
    return f'; did you mean "{near[0]}"?' if near else ""


_ABBREVIATIONS = {
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "CST": "America/Chicago", "CDT": "America/Chicago",
    "EDT": "America/New_York", "BST": "Europe/London", "CEST": "Europe/Paris", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
    "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "SGT": "Asia/Singapore",
}  # fmt: skip
"""What people write and no zone is called, in the likeliest meaning."""


def _zone(name: str) -> str:
    zone_of(name)
    return name


def _parse_day(value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, (date, str)):
        raise ValueError(f'"{value}" is not a day; write it as 2026-12-01')
    if isinstance(value, date):
        return value
    if not (found := _DAY.fullmatch(value)):
        raise ValueError(f'"{value[:60]}" is not a day; write it as 2026-12-01')
    year, month, day = map(int, found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f'"{value}" is too far away; write a year from {FIRST_YEAR} to {LAST_YEAR}')
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f'"{value}" is a day that does not exist{_last_day(year, month)}') from None


def _last_day(year: int, month: int) -> str:
    if not 1 <= month <= 12:
        return ""
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return f"; the last of that month is {last.isoformat()}"


def _parse_time(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not (found := _TIME.fullmatch(value)):
        raise ValueError(f'"{str(value)[:60]}" is not a time of day; write it as "09:30"')
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise ValueError(f'"{value}" is not a time of day; write one from "00:00" to "23:59"')
    return time(hour, minute)


def _parse_moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not (found := _MOMENT.fullmatch(value.strip())):
        zoned = isinstance(value, str) and re.search(r"(?:Z|[+-]\d{2}:?\d{2})$", value.strip()) and ":" in value
        hint = "without an offset: the schedule's `zone` says where that clock hangs" if zoned else "as 2026-12-01 10:00"
        raise ValueError(f'"{str(value)[:60]}" is not a moment; write it {hint}')
    return datetime.combine(_parse_day(found[1]), _parse_time(found[2]))


Zone = Annotated[str, AfterValidator(_zone)]
"""The name of an IANA time zone."""
Day = Annotated[
    date, BeforeValidator(_parse_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-12-01"]}),
]  # fmt: skip
TimeOfDay = Annotated[
    time,
    BeforeValidator(_parse_time),
    PlainSerializer(lambda t: f"{t:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$", "examples": ["09:00"]}),
]
LocalMoment = Annotated[
    datetime,
    BeforeValidator(_parse_moment),
    PlainSerializer(lambda m: f"{m:%Y-%m-%d %H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}$", "examples": ["2026-12-01 10:00"]}),
]
"""What the clock on the wall shows, without an offset; the schedule's zone says which wall."""


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The one moment at which the wall clock shows `local`.

    Where it shows it twice (clocks go back), the first time. Where it never does (clocks go forward), as much later as
    the clock was moved, as RFC 5545 says: 02:30 is 03:30 on that day.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall clock ever shows `local`: False for the hour that is left out in spring."""
    return to_utc(local, zone).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
