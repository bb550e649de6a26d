"""Freezes and holidays from iCalendar files."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.load.calendar import read_calendar
from gameday.model.closing import Calendar

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//EN\n"


def read(tmp_path: Path, *events: str, head: str = HEAD) -> Calendar:
    path = tmp_path / "x.ics"
    path.write_text(head + "".join(f"BEGIN:VEVENT\nUID:{n}\n{e.strip()}\nEND:VEVENT\n" for n, e in enumerate(events)) + "END:VCALENDAR\n")
    return read_calendar(path)


def spans(calendar: Calendar) -> list[str]:
    return [f"{c.name}: {c.begins.isoformat()} {c.ends.isoformat()}" for c in calendar.closings]


def mistakes(tmp_path: Path, *events: str, head: str = HEAD) -> list[str]:
    with pytest.raises(InvalidInput) as raised:
        read(tmp_path, *events, head=head)
    return [f"{m.line}: {m.message}" for m in raised.value.mistakes]


def test_a_day_is_from_midnight_to_midnight_of_whoever_asks(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "DTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas",
        "DTSTART;VALUE=DATE:20261218\nDTEND;VALUE=DATE:20270104\nSUMMARY:Year end",
    )
    assert spans(found) == ["Year end: 2026-12-18T00:00:00 2027-01-04T00:00:00", "Christmas: 2026-12-25T00:00:00 2026-12-26T00:00:00"]


def test_times_are_in_utc_in_a_zone_or_floating(tmp_path: Path) -> None:
    found = read(
        tmp_path, "DTSTART:20261201T120000Z\nDURATION:PT2H\nSUMMARY:a",
        "DTSTART;TZID=America/New_York:20261202T080000\nDTEND;TZID=America/New_York:20261202T100000\nSUMMARY:b", "DTSTART:20261203T080000\nDTEND:20261203T090000\nSUMMARY:c",
    )  # fmt: skip
    assert spans(found) == [
        "a: 2026-12-01T12:00:00+00:00 2026-12-01T14:00:00+00:00", "b: 2026-12-02T08:00:00-05:00 2026-12-02T10:00:00-05:00",
        "c: 2026-12-03T08:00:00 2026-12-03T09:00:00",
    ]  # fmt: skip


def test_a_holiday_each_year_is_written_out(tmp_path: Path) -> None:
    found = read(tmp_path, "DTSTART;VALUE=DATE:20200714\nRRULE:FREQ=YEARLY\nSUMMARY:14 July")
    assert [c.begins.year for c in found.closings] == list(range(2020, 2100))


def test_exceptions_and_moved_instances_of_what_repeats_hold(tmp_path: Path) -> None:
    path = tmp_path / "x.ics"
    path.write_text(
        HEAD + "BEGIN:VEVENT\nUID:w\nDTSTART:20261204T120000Z\nDURATION:PT4H\nRRULE:FREQ=WEEKLY;UNTIL=20261225T120000Z\nEXDATE:20261211T120000Z\nSUMMARY:Friday\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:w\nRECURRENCE-ID:20261218T120000Z\nDTSTART:20261217T120000Z\nDURATION:PT4H\nSUMMARY:Thursday\nEND:VEVENT\nEND:VCALENDAR\n"
    )  # fmt: skip
    assert [f"{c.name} {c.begins:%m-%d}" for c in read_calendar(path).closings] == ["Friday 12-04", "Thursday 12-17", "Friday 12-25"]


def test_what_repeats_in_a_zone_keeps_its_hour_when_clocks_change(tmp_path: Path) -> None:
    event = "DTSTART;TZID=Europe/Paris:20261023T180000\nDTEND;TZID=Europe/Paris:20261023T200000\nRRULE:FREQ=WEEKLY;COUNT=2\nSUMMARY:x"
    assert [c.begins.isoformat() for c in read(tmp_path, event).closings] == ["2026-10-23T18:00:00+02:00", "2026-10-30T18:00:00+01:00"]


def test_for_ever_ends_with_the_century(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:99991231\nSUMMARY:x",
        "DTSTART:00010101T000000Z\nDTEND:00010102T000000Z\nSUMMARY:old",
    )
    assert spans(found) == ["x: 2026-12-01T00:00:00 2100-01-01T00:00:00"]


def test_cancelled_events_close_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED\nSUMMARY:x").closings == ()


def test_all_mistakes_are_told_at_once_with_the_line_of_the_event(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, "DTSTART:20261201T120000Z\nDTEND:20261201T110000Z\nSUMMARY:Backwards", "SUMMARY:No start", "DTSTART:20261201T120000Z\nSUMMARY:No end",
        "DTSTART;TZID=Mars/Base:20261201T120000\nDURATION:PT1H\nSUMMARY:Far", "DTSTART:20200101T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY\nSUMMARY:Often",
    )  # fmt: skip
    assert found == [
        '4: "Backwards" ends before it begins, or at once', '10: "No start" has no DTSTART', '14: "No end" has neither DTEND nor DURATION',
        '19: "Far" is in the time zone "Mars/Base", which is not known', '25: "Often" repeats more often than daily; write it as one long event',
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["", "hello\n", "BEGIN:VEVENT\nEND:VEVENT\n", '{"a": 1}\n'])
def test_another_file_is_no_calendar(tmp_path: Path, head: str) -> None:
    path = tmp_path / "x.ics"
    path.write_text(head)
    with pytest.raises(InvalidInput) as raised:
        read_calendar(path)
    assert "iCalendar" in str(raised.value)


@pytest.mark.parametrize(("event", "ends"), [
    ("DTSTART;TZID=Europe/Paris:20270327T200000\nDURATION:PT14H", "2027-03-28T11:00:00+02:00"),
    ("DTSTART;TZID=Europe/Paris:20270327T200000\nDTEND:20270328T080000Z", "2027-03-28T10:00:00+02:00"),
    ("DTSTART;TZID=Europe/Paris:20270327T200000\nDTEND;TZID=Europe/Paris:20270328T080000", "2027-03-28T08:00:00+02:00"),
    ("DTSTART;TZID=Europe/Paris:20270327T200000\nDURATION:PT24H", "2027-03-28T21:00:00+02:00"),
    ("DTSTART;TZID=Europe/Paris:20270327T200000\nDURATION:P1D", "2027-03-28T20:00:00+02:00"),
    ("DTSTART;TZID=Europe/Paris:20270327T200000\nDURATION:P1DT2H", "2027-03-28T22:00:00+02:00"),
    ("DTSTART;TZID=Europe/Paris:20270327T200000\nDURATION:P1D\nBEGIN:VALARM\nDURATION:PT5M\nEND:VALARM", "2027-03-28T20:00:00+02:00"),
    ("DTSTART;TZID=Europe/Paris:20261024T200000\nDURATION:PT14H", "2026-10-25T09:00:00+01:00"),
    ("DTSTART:20270327T190000Z\nDTEND;TZID=Europe/Paris:20270328T080000", "2027-03-28T06:00:00+00:00"),
])  # fmt: skip
def test_hours_are_hours_and_days_are_days_when_clocks_change(tmp_path: Path, event: str, ends: str) -> None:
    (found,) = read(tmp_path, f"{event}\nSUMMARY:x").closings
    assert found.ends.isoformat() == ends


MONDAYS = "DTSTART;TZID=Europe/Paris:20270104T090000\nDTEND;TZID=Europe/Paris:20270104T180000\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:x"


@pytest.mark.parametrize("left_out", ["20270111T080000Z", ";TZID=America/New_York:20270111T030000", ";TZID=Europe/Paris:20270111T090000"])
def test_an_exception_holds_in_whichever_zone_it_is_written(tmp_path: Path, left_out: str) -> None:
    when = left_out if left_out.startswith(";") else f":{left_out}"
    assert [c.begins.day for c in read(tmp_path, f"{MONDAYS}\nEXDATE{when}").closings] == [4, 18]
    path = tmp_path / "x.ics"
    moved = f"RECURRENCE-ID{when}\nDTSTART;TZID=Europe/Paris:20270112T090000\nDTEND;TZID=Europe/Paris:20270112T180000\nSUMMARY:x"
    path.write_text(HEAD + "".join(f"BEGIN:VEVENT\nUID:w\n{e}\nEND:VEVENT\n" for e in (MONDAYS, moved)) + "END:VCALENDAR\n")
    assert [c.begins.day for c in read_calendar(path).closings] == [4, 12, 18]


def test_a_further_day_holds_in_whichever_zone_it_is_written(tmp_path: Path) -> None:
    found = read(tmp_path, f"{MONDAYS}\nRDATE:20270120T080000Z")
    assert found.closings[-1].begins.isoformat() == "2027-01-20T09:00:00+01:00"


def test_further_times_that_say_themselves_when_they_end_are_read(tmp_path: Path) -> None:
    event = "DTSTART:20270104T090000Z\nDTEND:20270104T100000Z\nRDATE;VALUE=PERIOD:20270105T090000Z/20270105T170000Z,20270106T090000Z/PT2H\nSUMMARY:x"
    assert [f"{c.begins:%d %H}-{c.ends:%H}" for c in read(tmp_path, event).closings] == ["04 09-10", "05 09-17", "06 09-11"]


def test_what_cannot_be_a_time_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    assert mistakes(
        tmp_path, "DTSTART:20270104T090000Z\nDTEND:20270104T100000\nSUMMARY:Half",
        "DTSTART:20270104T090000Z\nDTEND:20270104T100000Z\nRDATE;VALUE=PERIOD:20270105T090000Z/20270105T090000Z\nSUMMARY:Never",
        "DTSTART:20270104T090000Z\nDTEND:20270104T100000Z\nRECURRENCE-ID:garbage\nSUMMARY:Odd",
    ) == [
        '4: "Half" has a time zone where it begins or where it ends, and none at the other; give it both',
        '10: "Never" has an RDATE that ends before it begins, or at once', "17: cannot be read: Expected time, got: garbage",
    ]  # fmt: skip
