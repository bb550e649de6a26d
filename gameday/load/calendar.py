"""Read a team's freezes and holidays: an iCalendar file as any calendar exports it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from gameday.errors import InvalidInput
from gameday.load.noun_reader import Mistakes
from gameday.load.quoting import escaped, shown
from gameday.load.tree import Mark
from gameday.load.yaml_reader import decode, read_bytes
from gameday.model.closing import Calendar, Closing

_MOST = 20_000
_BEGIN, _END = datetime(1970, 1, 1), datetime(2100, 1, 1)
"""What repeats is written out until then; "for ever" ends there too."""
_DAY = timedelta(days=1)


def read_calendar(path: Path) -> Calendar:
    """The events of a file as closings, those that repeat written out. Raises InvalidInput with all mistakes."""
    import icalendar

    file = shown(path)
    text = decode(read_bytes(path), file)
    mistakes = Mistakes(file)
    places = [Mark(number, 1) for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    try:
        components = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError) as wrong:
        mistakes.add(Mark(1, 1), f"is not an iCalendar file: {escaped(str(wrong).partition(chr(10))[0][:120])}")
        mistakes.stop()
        raise AssertionError("unreachable") from wrong
    if not components or any(c.name != "VCALENDAR" for c in components):
        mistakes.add(Mark(1, 1), "is not an iCalendar file; it begins with BEGIN:VCALENDAR")
    events: list[Any] = [event for c in components for event in c.walk("VEVENT")]
    moved = {(str(e.get("UID")), _naive(e["RECURRENCE-ID"].dt)) for e in events if "RECURRENCE-ID" in e}
    closings: list[Closing] = []
    for event, place in zip(events, places, strict=False):
        try:
            closings += (c.model_copy(update={"line": place.line}) for c in _closings(event, moved))
        except InvalidInput as wrong:
            mistakes.add(place, str(wrong))
        except icalendar.error.BrokenCalendarProperty as wrong:
            mistakes.add(place, f"cannot be read: {escaped(str(wrong.__cause__ or wrong)[:120])}")
    mistakes.stop()
    return Calendar(file=file, closings=tuple(sorted(closings, key=lambda c: (_naive(c.begins), c.name))))


def _closings(event: Any, moved: set[tuple[str, datetime]]) -> Iterator[Closing]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    name = " ".join(str(event.get("SUMMARY", "without a name")).split())[:100]
    begins, length = _span(event, name)
    starts = _repeated(event, begins, name)
    if "RECURRENCE-ID" not in event:
        starts = (s for s in starts if (str(event.get("UID")), _naive(s)) not in moved)
    for number, start in enumerate(starts):
        if number >= _MOST:
            raise InvalidInput(f'"{escaped(name)}" repeats more than {_MOST} times until {_END.year}; give it an end (UNTIL)')
        if _BEGIN <= _naive(start) < _END:
            ends = start.replace(tzinfo=None) + min(length, _END - _naive(start))
            yield Closing(name=name, begins=start, ends=ends.replace(tzinfo=start.tzinfo))


def _span(event: Any, name: str) -> tuple[datetime, timedelta]:
    """When an event begins, and how long it is. A day is from midnight to midnight."""
    if "DTSTART" not in event:
        raise InvalidInput(f'"{escaped(name)}" has no DTSTART')
    begins = _moment(event["DTSTART"], name)
    is_day = not isinstance(event["DTSTART"].dt, datetime)
    if "DTEND" in event:
        length = (
            _naive(_moment(event["DTEND"], name)) - _naive(begins)
            if is_day or begins.tzinfo is None
            else _moment(event["DTEND"], name) - begins
        )
    elif "DURATION" in event:
        length = event["DURATION"].dt
    elif is_day:
        length = _DAY
    else:
        raise InvalidInput(f'"{escaped(name)}" has neither DTEND nor DURATION')
    if length <= timedelta(0):
        raise InvalidInput(f'"{escaped(name)}" ends before it begins, or at once')
    return begins, length


def _moment(stamp: Any, name: str) -> datetime:
    found = stamp.dt
    if not isinstance(found, datetime):
        return datetime.combine(found, time())
    if found.tzinfo is None and "TZID" in stamp.params:
        raise InvalidInput(f'"{escaped(name)}" is in the time zone "{escaped(str(stamp.params["TZID"]))[:60]}", which is not known')
    return found


def _repeated(event: Any, begins: datetime, name: str) -> Iterator[datetime]:
    """Every start of an event, on the wall clock it was written for."""
    from dateutil.rrule import rruleset, rrulestr

    rules = event.get("RRULE", [])
    dates = [d for key in ("RDATE",) for d in _dates(event.get(key))]
    if not rules and not dates:
        yield begins
        return
    found = rruleset()
    wall = _naive(begins)
    found.rdate(wall)
    for rule in rules if isinstance(rules, list) else [rules]:
        found.rrule(_rule(rule, wall, begins, name, rrulestr))
    for extra in dates:
        found.rdate(_naive(extra))
    for left_out in _dates(event.get("EXDATE")):
        found.exdate(_naive(left_out))
    for start in found:
        if start >= _END:
            return
        yield start.replace(tzinfo=begins.tzinfo)


def _rule(rule: Any, wall: datetime, begins: datetime, name: str, rrulestr: Any) -> Any:
    text = re.sub(r"UNTIL=[^;]*;?", "", rule.to_ical().decode()).rstrip(";")
    if re.search(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", text):
        raise InvalidInput(f'"{escaped(name)}" repeats more often than daily; write it as one long event')
    try:
        made = rrulestr(text, dtstart=wall)
        if until := rule.get("UNTIL"):
            return made.replace(until=_last(until[0], begins))
        return made if "COUNT=" in text else made.replace(until=_END)
    except (ValueError, TypeError) as wrong:
        raise InvalidInput(f'"{escaped(name)}" has an RRULE that cannot be read: {escaped(str(wrong))[:80]}') from wrong


def _last(until: date, begins: datetime) -> datetime:
    if not isinstance(until, datetime):
        return datetime.combine(until, time(23, 59, 59))
    return _naive(until.astimezone(begins.tzinfo)) if until.tzinfo and begins.tzinfo else _naive(until)


def _dates(found: Any) -> Iterator[date]:
    for each in found if isinstance(found, list) else [found] if found is not None else []:
        yield from (stamp.dt for stamp in each.dts)


def _naive(moment: date) -> datetime:
    return moment.replace(tzinfo=None) if isinstance(moment, datetime) else datetime.combine(moment, time())
