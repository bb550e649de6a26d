"""Working hours as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gameday.model.working_hours import Hours

ZURICH = Hours.parse("Mon-Fri 09:00-17:00 Europe/Zurich")


@pytest.mark.parametrize(
    ("utc", "left"),
    [
        ("2026-11-24 08:00", timedelta(hours=8)),  # Tuesday, 09:00 in Zurich
        ("2026-11-24 07:59", None),
        ("2026-11-24 15:59", timedelta(minutes=1)),
        ("2026-11-24 16:00", None),
        ("2026-07-07 07:00", timedelta(hours=8)),  # in summer the same wall clock is an hour earlier
        ("2026-11-28 10:00", None),  # Saturday
    ],
)
def test_they_are_those_of_the_wall_clock_of_their_zone(utc: str, left: timedelta | None) -> None:
    assert ZURICH.left(datetime.fromisoformat(utc).replace(tzinfo=UTC)) == left


def test_what_is_left_on_the_day_on_which_clocks_change_is_real_time() -> None:
    night = Hours.parse("Sun 00:00-23:00 Europe/Zurich")
    assert night.left(datetime(2026, 10, 24, 22, 0, tzinfo=UTC)) == timedelta(hours=24)


def test_days_are_lists_and_ranges() -> None:
    assert Hours.parse("mon,Wed-Thu 8:00-12:30 UTC").days == (0, 2, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9 to 5", "write them as"),
        ("Mon-Fri 17:00-09:00 UTC", "end before they begin"),
        ("Mon-Fri 09:00-25:00 UTC", "not a time of day"),
        ("Fri-Mon 09:00-17:00 UTC", "runs backwards"),
        ("Mo-Fr 09:00-17:00 UTC", "is not a day"),
        ("Mon-Fri 09:00-17:00 Europe/Zurch", "no time zone"),
    ],
)
def test_mistakes_say_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Hours.parse(text)
