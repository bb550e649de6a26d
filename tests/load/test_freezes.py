"""Freezes of an iCalendar file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gameday.errors import InvalidInput, Missing
from gameday.load.freezes import read_freezes
from gameday.model.freeze import Freeze, freeze_at

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
SUMMARY:Year
  end\\, quiet
DTSTART;VALUE=DATE:20261218
DTEND;VALUE=DATE:20270104
END:VEVENT
BEGIN:VEVENT
SUMMARY:Election night
DTSTART;TZID=Europe/Zurich:20261129T120000
DURATION:PT6H
END:VEVENT
BEGIN:VEVENT
SUMMARY:Called off
STATUS:CANCELLED
DTSTART:20261201T000000Z
DTEND:20261202T000000Z
END:VEVENT
END:VCALENDAR
"""


def at(folder: Path, begin: str, minutes: int = 1, text: str = CALENDAR, zone: str = "UTC") -> Freeze | None:
    (folder / "freezes.ics").write_text(text)
    moment = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    return freeze_at(read_freezes([folder / "freezes.ics"], zone), moment, moment + timedelta(minutes=minutes))


def test_a_freeze_is_known_by_name_and_line(tmp_path: Path) -> None:
    found = at(tmp_path, "2026-12-24 10:00")
    assert found == Freeze(
        name="Year end, quiet", begins=datetime(2026, 12, 18, tzinfo=UTC), ends=datetime(2027, 1, 4, tzinfo=UTC), place="freezes.ics:3"
    )


def test_a_drill_that_would_reach_into_one_meets_it(tmp_path: Path) -> None:
    assert at(tmp_path, "2026-11-29 10:50", minutes=9) is None
    found = at(tmp_path, "2026-11-29 10:50", minutes=11)
    assert found is not None
    assert (found.name, found.ends) == ("Election night", datetime(2026, 11, 29, 17, tzinfo=UTC))


def test_its_last_moment_is_not_part_of_it(tmp_path: Path) -> None:
    assert at(tmp_path, "2027-01-04 00:00") is None
    assert at(tmp_path, "2027-01-03 23:30", zone="Europe/Zurich") is None, "midnight is earlier in Zurich"


def test_one_that_repeats_is_there_each_time(tmp_path: Path) -> None:
    yearly = CALENDAR.replace("DURATION:PT6H", "DURATION:PT6H\nRRULE:FREQ=YEARLY")
    found = at(tmp_path, "2028-11-29 12:00", text=yearly)
    assert found is not None
    assert (found.name, found.begins, found.place) == ("Election night", datetime(2028, 11, 29, 11, tzinfo=UTC), "freezes.ics:9")


def test_what_was_called_off_is_none(tmp_path: Path) -> None:
    assert at(tmp_path, "2026-12-01 12:00") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "not an iCalendar file"),
        (CALENDAR.replace("DURATION:PT6H", "X:1"), r"freezes.ics:9:1: .*neither DTEND nor DURATION"),
        (CALENDAR.replace("DTSTART;VALUE=DATE:20261218", "X:1"), r"freezes.ics:3:1: .*has no DTSTART"),
        (CALENDAR.replace("Europe/Zurich", "Europe/Zurch"), r"freezes.ics:9:1: .*time zone"),
        (CALENDAR.replace("20261129T120000", "soon"), r"freezes.ics:9:1: .*soon"),
    ],
)
def test_what_cannot_be_read_is_no_permission(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        at(tmp_path, "2026-01-01 00:00", text=text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"none\.ics"):
        read_freezes([tmp_path / "none.ics"], "UTC")
