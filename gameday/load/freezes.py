"""Freezes: times in which nothing is broken, as an iCalendar file tells them.

What cannot be read stops the drill: a freeze that is not understood is no reason to go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gameday.errors import InvalidInput, Missing, Mistake
from gameday.model.freeze import Freeze

LARGEST = 2_000_000


def read_freezes(files: Iterable[Path], zone: str) -> tuple[Freeze, ...]:
    """The freezes of all files, by their beginning. Times without a zone are on the clock of `zone`.

    Raises Missing or InvalidInput where a file cannot be read.
    """
    found = (freeze for file in files for freeze in _freezes(file, ZoneInfo(zone)))
    return tuple(sorted(found, key=lambda f: f.begins))


def _freezes(path: Path, zone: ZoneInfo) -> Iterator[Freeze]:
    try:
        data = path.read_bytes()
        text = data[: LARGEST + 1].decode("utf-8-sig")
    except OSError as error:
        raise Missing(f"the freeze calendar {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(Mistake(str(path), 0, 0, "is not UTF-8; export it as an iCalendar file")) from error
    if len(data) > LARGEST or "BEGIN:VCALENDAR" not in text.upper():
        raise InvalidInput(Mistake(str(path), 0, 0, f"is no iCalendar file below {LARGEST // 1_000_000} MB"))
    event: dict[str, tuple[str, str]] = {}
    at = 0
    for number, line in _unfolded(text):
        name, _, value = line.partition(":")
        key, _, parameters = name.partition(";")
        match key.upper(), value.strip().upper():
            case "BEGIN", "VEVENT":
                event, at = {}, number
            case "END", "VEVENT":
                if event.get("STATUS", ("", ""))[1].upper() != "CANCELLED":
                    yield _freeze(event, path, at, zone)
            case _:
                event[key.upper()] = (parameters, value.strip())


def _unfolded(text: str) -> list[tuple[int, str]]:
    """Whole lines, each with the number of its first: a line that begins with a space goes on the one before."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + line[1:])
        else:
            lines.append((number, line))
    return lines


def _freeze(event: dict[str, tuple[str, str]], path: Path, line: int, zone: ZoneInfo) -> Freeze:
    name = re.sub(r"\\([,;\\])", r"\1", event.get("SUMMARY", ("", "without a name"))[1])
    try:
        if any(key in event for key in ("RRULE", "RDATE")):
            raise ValueError("repeats; write each of its times as an event of its own")
        begins, whole_day = _moment(*event["DTSTART"], zone)
        if "DTEND" in event:
            ends, _ = _moment(*event["DTEND"], zone)
        elif "DURATION" in event:
            ends = begins + _span(event["DURATION"][1])
        else:
            ends = begins + timedelta(days=1 if whole_day else 0)
    except KeyError as missing:
        raise InvalidInput(Mistake(str(path), line, 1, f"the freeze {name!r} has no {missing.args[0]}")) from missing
    except ValueError as wrong:
        raise InvalidInput(Mistake(str(path), line, 1, f"the freeze {name!r}: {wrong}")) from wrong
    return Freeze(name=name, begins=begins, ends=ends, place=f"{path.name}:{line}")


def _moment(parameters: str, value: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The moment in UTC, and whether it is a whole day."""
    found = re.fullmatch(r"(\d{8})(?:T(\d{6})(Z?))?", value)
    if not found:
        raise ValueError(f"{value!r} is not a time")
    if named := re.search(r"TZID=\"?([^;\"]+)", parameters):
        try:
            zone = ZoneInfo(named[1])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"no time zone {named[1]!r}") from None
    local = datetime.strptime(found[1] + (found[2] or "000000"), "%Y%m%d%H%M%S")
    return local.replace(tzinfo=UTC if found[3] else zone).astimezone(UTC), found[2] is None


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if not found:
        raise ValueError(f"{text!r} is not a duration")
    weeks, days, hours, minutes, seconds = (int(n or 0) for n in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
