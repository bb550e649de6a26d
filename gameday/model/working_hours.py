"""Working hours: `Mon-Fri 09:00-17:00 Europe/Zurich`."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from gameday.model.local_time import zone_of
from gameday.model.noun import Noun

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(r"(?P<days>[A-Za-z,-]+) (?P<begin>\d{1,2}:\d{2})-(?P<end>\d{1,2}:\d{2}) (?P<zone>\S+)")
EXAMPLE = "Mon-Fri 09:00-17:00 Europe/Zurich"


class Hours(Noun):
    """Days of the week, and from when until when on each, on the wall clock of a zone."""

    text: str
    days: tuple[int, ...]
    begin: time
    end: time
    zone: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError, with what to write instead."""
        found = _FORM.fullmatch(" ".join(text.split()))
        if not found:
            raise ValueError(f'"{text}" are not working hours; write them as "{EXAMPLE}"')
        begin, end = _clock(found["begin"]), _clock(found["end"])
        if begin >= end:
            raise ValueError(f'"{text}" end before they begin; write them as "{EXAMPLE}"')
        zone_of(found["zone"])
        return cls(text=text, days=_days(found["days"]), begin=begin, end=end, zone=found["zone"])

    def left(self, moment: datetime) -> timedelta | None:
        """How long they still last at a moment; None outside of them."""
        there = moment.astimezone(zone_of(self.zone))
        if there.weekday() not in self.days or not self.begin <= there.time().replace(tzinfo=None) < self.end:
            return None
        # As one moment: on a day on which clocks change, the wall clock would tell another length.
        return datetime.combine(there.date(), self.end, there.tzinfo).astimezone(moment.tzinfo) - moment


def _clock(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f'"{text}" is not a time of day; write one from 00:00 to 23:59')
    return time(hour, minute)


def _days(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        begin, end = _day(first), _day(last) if dash else _day(first)
        if begin > end:
            raise ValueError(f'"{part}" runs backwards; write days from Mon to Sun')
        found |= set(range(begin, end + 1))
    return tuple(sorted(found))


def _day(text: str) -> int:
    if text.capitalize() not in DAYS:
        raise ValueError(f'"{text}" is not a day; write one of {", ".join(DAYS)}')
    return DAYS.index(text.capitalize())


def _read(value: Any) -> Any:
    return Hours.parse(value) if isinstance(value, str) else value


WorkingHours = Annotated[
    Hours,
    BeforeValidator(_read),
    PlainSerializer(lambda hours: hours.text, return_type=str),
    WithJsonSchema({"type": "string", "examples": [EXAMPLE]}),
]
