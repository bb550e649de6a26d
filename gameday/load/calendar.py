"""Read a team's freezes and holidays: an iCalendar file as any calendar exports it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from gameday.errors import InvalidInput
from gameday.load.noun_reader import Mistakes
from gameday.load.quoting import escaped, shown
from gameday.load.tree import Mark
from gameday.load.yaml_reader import decode, read_bytes
from gameday.model.closing import Calendar, Closing

_MOST = 20_000
_BEGIN, _END = datetime(1970, 1, 1), datetime(2100, 1, 1)
"""What repeats is written out until then; "for ever" ends there too."""
_DAY, _NOTHING = timedelta(days=1), timedelta(0)


class _Length(NamedTuple):
    """How long an event is: first on the wall clock, then in hours that pass. They differ where clocks change."""

    wall: timedelta = _NOTHING
    exact: timedelta = _NOTHING


class _Place(NamedTuple):
    """What the library does not tell of an event: where it begins, and whether its DURATION is in hours (PT24H) or in days (P1D)."""

    mark: Mark
    in_hours: bool


def read_calendar(path: Path) -> Calendar:
    """The events of a file as closings, those that repeat written out. Raises InvalidInput with all mistakes."""
    import icalendar

    file = shown(path)
    text = decode(read_bytes(path), file)
    mistakes = Mistakes(file)
    places = _places(text.splitlines())
    try:
        components = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError) as wrong:
        mistakes.add(Mark(1, 1), f"is not an iCalendar file: {escaped(str(wrong).partition(chr(10))[0][:120])}")
        mistakes.stop()
        raise AssertionError("unreachable") from wrong
    if not components or any(c.name != "VCALENDAR" for c in components):
        mistakes.add(Mark(1, 1), "is not an iCalendar file; it begins with BEGIN:VCALENDAR")
    events: list[Any] = [event for c in components for event in c.walk("VEVENT")]
    moved = _moved(events)
    closings: list[Closing] = []
    for event, place in zip(events, places, strict=False):
        try:
            closings += (c.model_copy(update={"line": place.mark.line}) for c in _closings(event, moved, place.in_hours))
        except InvalidInput as wrong:
            mistakes.add(place.mark, str(wrong))
        except icalendar.error.BrokenCalendarProperty as wrong:
            mistakes.add(place.mark, f"cannot be read: {escaped(str(wrong.__cause__ or wrong)[:120])}")
    mistakes.stop()
    return Calendar(file=file, closings=tuple(sorted(closings, key=lambda c: (_naive(c.begins), c.name))))


def _places(lines: Sequence[str]) -> Sequence[_Place]:
    """Of each event, in order. An alarm inside of it has a DURATION of its own."""
    found: list[_Place] = []
    inside: list[str] = []
    for number, line in enumerate(lines, 1):
        word = line.strip().upper()
        if word == "BEGIN:VEVENT":
            found.append(_Place(Mark(number, 1), False))
        if word.startswith("BEGIN:"):
            inside.append(word[6:])
        elif word.startswith("END:"):
            inside = inside[:-1]
        elif inside[-1:] == ["VEVENT"] and re.match(r"DURATION[;:](.*:)?[+]?PT", word):
            found[-1] = found[-1]._replace(in_hours=True)
    return found


def _moved(events: Iterable[Any]) -> Mapping[str, Sequence[date]]:
    """For each UID, the occasions that have an event of their own. One that cannot be read is told of where its event is."""
    from icalendar.error import BrokenCalendarProperty

    found: defaultdict[str, list[date]] = defaultdict(list)
    for event in events:
        try:
            if "RECURRENCE-ID" in event:
                found[str(event.get("UID"))].append(event["RECURRENCE-ID"].dt)
        except BrokenCalendarProperty:
            continue
    return found


def _closings(event: Any, moved: Mapping[str, Sequence[date]], in_hours: bool) -> Iterator[Closing]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    name = " ".join(str(event.get("SUMMARY", "without a name")).split())[:100]
    begins, length = _span(event, name, in_hours)
    zone = begins.tzinfo
    left_out = {_instant(m[0] if isinstance(m, tuple) else m, zone) for m in _dates(event.get("EXDATE"))}
    if "RECURRENCE-ID" not in event:
        left_out |= {_instant(m, zone) for m in moved.get(str(event.get("UID")), ())}
    else:
        _instant(event["RECURRENCE-ID"].dt, zone)  # told of here where it cannot be read
    spans = chain(((start, _ends(start, length)) for start in _repeated(event, begins, name)), _periods(event, name))
    for number, (start, ends) in enumerate(spans):
        if number >= _MOST:
            raise InvalidInput(f'"{escaped(name)}" repeats more than {_MOST} times until {_END.year}; give it an end (UNTIL)')
        if _BEGIN <= _naive(start) < _END and _instant(start, zone) not in left_out:
            yield Closing(name=name, begins=start, ends=ends)


def _ends(start: datetime, length: _Length) -> datetime:
    left = max(_END - _naive(start), _NOTHING)
    wall = min(length.wall, left)
    exact = min(length.exact, left - wall)
    ends = (_naive(start) + wall).replace(tzinfo=start.tzinfo)
    if start.tzinfo is None or not exact:
        return ends + exact
    return (ends.astimezone(UTC) + exact).astimezone(start.tzinfo)


def _span(event: Any, name: str, in_hours: bool) -> tuple[datetime, _Length]:
    """When an event begins, and how long it is. A day is from midnight to midnight."""
    if "DTSTART" not in event:
        raise InvalidInput(f'"{escaped(name)}" has no DTSTART')
    begins = _moment(event["DTSTART"], name)
    is_day = not isinstance(event["DTSTART"].dt, datetime)
    if "DTEND" in event:
        ends = _moment(event["DTEND"], name)
        if is_day or begins.tzinfo == ends.tzinfo:
            length = _Length(wall=_naive(ends) - _naive(begins))
        else:
            length = _Length(exact=_apart(begins, ends, name))
    elif "DURATION" in event:
        whole = event["DURATION"].dt
        length = _Length(exact=whole) if in_hours else _Length(whole.days * _DAY, whole - whole.days * _DAY)
    elif is_day:
        length = _Length(wall=_DAY)
    else:
        raise InvalidInput(f'"{escaped(name)}" has neither DTEND nor DURATION')
    if length.wall + length.exact <= _NOTHING:
        raise InvalidInput(f'"{escaped(name)}" ends before it begins, or at once')
    return begins, length


def _apart(begins: datetime, ends: datetime, name: str) -> timedelta:
    if (begins.tzinfo is None) != (ends.tzinfo is None):
        raise InvalidInput(f'"{escaped(name)}" has a time zone where it begins or where it ends, and none at the other; give it both')
    return ends - begins if begins.tzinfo is None else ends.astimezone(UTC) - begins.astimezone(UTC)


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
    dates = [d for d in _dates(event.get("RDATE")) if not isinstance(d, tuple)]
    if not rules and not dates:
        yield begins
        return
    found = rruleset()
    wall = _naive(begins)
    found.rdate(wall)
    for rule in rules if isinstance(rules, list) else [rules]:
        found.rrule(_rule(rule, wall, begins, name, rrulestr))
    for extra in dates:
        found.rdate(_on_wall(extra, begins.tzinfo))
    for start in found:
        if start >= _END:
            return
        yield start.replace(tzinfo=begins.tzinfo)


def _periods(event: Any, name: str) -> Iterator[tuple[datetime, datetime]]:
    """Further times of an event that say themselves when they end."""
    for period in _dates(event.get("RDATE")):
        if isinstance(period, tuple):
            begins, ends = period
            length = ends if isinstance(ends, timedelta) else _apart(begins, ends, name)
            if length <= _NOTHING:
                raise InvalidInput(f'"{escaped(name)}" has an RDATE that ends before it begins, or at once')
            yield begins, _ends(begins, _Length(exact=length))


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


def _dates(found: Any) -> Iterator[Any]:
    """Days, moments, and pairs of a moment and an end or a length."""
    for each in found if isinstance(found, list) else [found] if found is not None else []:
        yield from (stamp.dt for stamp in each.dts)


def _naive(moment: date) -> datetime:
    return moment.replace(tzinfo=None) if isinstance(moment, datetime) else datetime.combine(moment, time())


def _on_wall(moment: date, zone: tzinfo | None) -> datetime:
    """What the wall clock of a zone shows; it may be written in another one."""
    is_near = _BEGIN <= _naive(moment) < _END
    return _naive(moment.astimezone(zone)) if isinstance(moment, datetime) and moment.tzinfo and zone and is_near else _naive(moment)


def _instant(moment: date, zone: tzinfo | None) -> datetime:
    """The same for all ways to write a moment: UTC, or the wall clock of an event that has no zone."""
    is_near = _BEGIN <= _naive(moment) < _END
    if zone is None or not is_near:
        return _naive(moment)
    zoned = moment if isinstance(moment, datetime) and moment.tzinfo else _naive(moment).replace(tzinfo=zone)
    return zoned.astimezone(UTC)
