"""Rules: which moments they name, where clocks change, months are short, and years leap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gameday.model.local_time import exists, to_utc
from gameday.model.schedule import When
from gameday.schedule.rule import first_moment, local_rule, moments
from tests.schedule.plan import schedule, starts, utc, wall


def test_a_time_that_the_clock_shows_twice_is_one_slot() -> None:
    nightly = schedule(cron="30 2 * * *")
    assert starts(nightly, "2026-10-24", "2026-10-27") == ["2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"]


def test_a_time_that_the_clock_leaves_out_is_a_slot_as_much_later() -> None:
    nightly = schedule(cron="30 2 * * *")
    assert starts(nightly, "2027-03-27", "2027-03-30") == ["2027-03-27 01:30", "2027-03-28 01:30", "2027-03-29 00:30"]


@pytest.mark.parametrize("since", ["2027-03-28 00:59", "2027-03-28 01:00", "2027-03-28 01:29", "2027-03-28 01:30"])
def test_a_time_left_out_is_found_from_any_moment_before_it(since: str) -> None:
    assert starts(schedule(cron="30 2 * * *"), since, "2027-03-28 12:00") == ["2027-03-28 01:30"]


def test_an_rrule_does_the_same_at_both_changes() -> None:
    nightly = schedule(rrule="FREQ=DAILY", start=wall("2026-01-01 02:30"))
    assert starts(nightly, "2026-10-25", "2026-10-26") == ["2026-10-25 00:30"]
    assert starts(nightly, "2027-03-28", "2027-03-29") == ["2027-03-28 01:30"]


def test_ten_o_clock_stays_ten_o_clock_over_both_changes() -> None:
    monthly = schedule(cron="0 10 15 * *", zone="America/New_York")
    assert [m[-5:] for m in starts(monthly, "2026-10-01", "2027-04-01")] == ["14:00", "15:00", "15:00", "15:00", "15:00", "14:00"]


def test_a_moved_time_and_the_next_one_come_in_order_and_once() -> None:
    # 02:00 is left out and comes at 03:00, which is there anyway.
    assert starts(schedule(cron="0 1-4 * * *", minutes=10), "2027-03-28", "2027-03-28 03:00") == [
        "2027-03-28 00:00",
        "2027-03-28 01:00",
        "2027-03-28 02:00",
    ]


def test_the_twenty_ninth_of_february_is_in_leap_years_alone() -> None:
    expected = ["2028-02-29 10:00", "2032-02-29 10:00"]
    assert starts(schedule(cron="0 10 29 2 *", zone="UTC"), "2026-01-01", "2033-01-01") == expected
    assert starts(schedule(rrule="FREQ=YEARLY", start=wall("2024-02-29 10:00"), zone="UTC"), "2026-01-01", "2033-01-01") == expected


def test_the_last_day_of_a_month_is_the_last_of_each() -> None:
    days = ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    by_cron = starts(schedule(cron="0 10 L * *", zone="UTC"), "2027-01-01", "2027-05-01")
    by_rule = starts(schedule(rrule="FREQ=MONTHLY;BYMONTHDAY=-1", start=wall("2020-01-31 10:00"), zone="UTC"), "2027-01-01", "2027-05-01")
    assert [m[:10] for m in by_cron] == [m[:10] for m in by_rule] == days


def test_the_thirty_first_is_not_made_up_in_short_months() -> None:
    rule = schedule(rrule="FREQ=MONTHLY", start=wall("2020-01-31 10:00"), zone="UTC")
    assert [m[5:10] for m in starts(rule, "2027-01-01", "2027-08-01")] == ["01-31", "03-31", "05-31", "07-31"]


def test_until_in_utc_is_the_moment_it_names() -> None:
    # Midnight of Paris is 22:00 in UTC: the slot of 1 July is after it.
    rule = schedule(rrule="FREQ=MONTHLY;UNTIL=20260701T060000Z", start=wall("2026-05-01 10:00"))
    assert starts(rule, "2026-01-01", "2027-01-01") == ["2026-05-01 08:00", "2026-06-01 08:00"]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (When(cron="0 0 30 2 *"), "never fires"),
        (When(cron="0 10 31 4,6 *"), "never fires"),
        (When(cron="10 * * *"), "has 4 fields"),
        (When(cron="0 0 10 * * 2"), "has 6 fields"),
        (When(cron="0 25 * * *"), 'the hour "25" cannot be read'),
        (When(cron="0 10 * * MOO"), 'the day-of-week "MOO" cannot be read'),
        (When(rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start=wall("2026-01-01 10:00")), "never fires"),
        (When(rrule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", start=wall("2026-01-01 10:00")), "never fires"),
        (When(rrule="FREQ=HOURLY", start=wall("2026-01-01 10:00")), "write FREQ=DAILY"),
        (When(rrule="BYDAY=TU", start=wall("2026-01-01 10:00")), "write FREQ=DAILY"),
        (When(rrule="FREQ=DAILY;UNTIL=20270101;COUNT=3", start=wall("2026-01-01 10:00")), "keep one"),
        (When(rrule="FREQ=DAILY;UNTIL=tomorrow", start=wall("2026-01-01 10:00")), "UNTIL=20261231"),
        (When(rrule="FREQ=DAILY;INTERVAL=0", start=wall("2026-01-01 10:00")), "INTERVAL=0 cannot be; write a number from 1"),
        (When(rrule="FREQ=DAILY;INTERVAL=1,2", start=wall("2026-01-01 10:00")), "INTERVAL=1,2 cannot be"),
        (When(rrule="FREQ=DAILY;COUNT=0", start=wall("2026-01-01 10:00")), "COUNT=0 cannot be"),
        (When(rrule="FREQ=MONTHLY;BYMONTHDAY=0", start=wall("2026-01-01 10:00")), "BYMONTHDAY=0 cannot be; write a number from 1 to 31, or from the end -1 to -31"),
        (When(rrule="FREQ=MONTHLY;BYMONTHDAY=1,-32", start=wall("2026-01-01 10:00")), "BYMONTHDAY=-32 cannot be"),
        (When(rrule="FREQ=YEARLY;BYMONTH=-1", start=wall("2026-01-01 10:00")), "BYMONTH=-1 cannot be"),
        (When(rrule="FREQ=YEARLY;BYMONTH=13", start=wall("2026-01-01 10:00")), "BYMONTH=13 cannot be"),
        (When(rrule="FREQ=DAILY;BYHOUR=24", start=wall("2026-01-01 10:00")), "BYHOUR=24 cannot be; write a number from 0 to 23"),
        (When(rrule="FREQ=WEEKLY;BYDAY=8MO", start=wall("2026-01-05 10:00")), "BYDAY=8MO counts days of a month or a year, which WEEKLY has not; write BYDAY=MO, or"),
        (When(rrule="FREQ=MONTHLY;BYDAY=6MO", start=wall("2026-01-05 10:00")), "BYDAY=6MO cannot be; write 1MO to 5MO, or -1MO for the last"),
        (When(rrule="FREQ=MONTHLY;BYDAY=0MO", start=wall("2026-01-05 10:00")), "BYDAY=0MO cannot be"),
        (When(rrule="FREQ=WEEKLY;BYDAY=MO,MON", start=wall("2026-01-05 10:00")), "BYDAY=MON names no weekday; write MO, TU"),
        (When(rrule="FREQ=DAILY;UNTIL=20261301", start=wall("2026-01-01 10:00")), "^UNTIL=20261301 is no moment that exists; write year, month and day, such as UNTIL=20261231$"),
        (When(rrule="FREQ=DAILY;UNTIL=20261201T250000Z", start=wall("2026-01-01 10:00")), "is no moment that exists"),
        (When(rrule="FREQ=WEEKLY;BYDAY=XX", start=wall("2026-01-01 10:00")), "is no RRULE"),
        (When(rrule="DTSTART:20260101\nRRULE:FREQ=DAILY", start=wall("2026-01-01 10:00")), "is no RRULE"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_or_never_fires_is_refused_with_what_to_write(when: When, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        first_moment(when, "Europe/Paris")


@pytest.mark.parametrize("rule", [
    "FREQ=MONTHLY;BYMONTHDAY=+1,-1", "FREQ=YEARLY;BYDAY=53MO,-1SU", "FREQ=YEARLY;BYMONTH=2;BYDAY=+5MO", "FREQ=YEARLY;BYWEEKNO=-1;BYYEARDAY=-2,366",
    "FREQ=DAILY;BYHOUR=0,23;BYMINUTE=0,59;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=-5FR",
])  # fmt: skip
def test_numbers_at_the_ends_of_their_ranges_are_good(rule: str) -> None:
    local_rule(When(rrule=rule, start=wall("2026-01-01 10:00")), "UTC")


OLD_RULES = [
    ("FREQ=DAILY;INTERVAL=3", "2001-03-04 10:00"), ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2001-03-05 10:00"),
    ("FREQ=MONTHLY;INTERVAL=5", "2001-03-28 10:00"), ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "2001-03-30 10:00"),
    ("FREQ=YEARLY;INTERVAL=3", "2001-03-04 10:00"), ("FREQ=MONTHLY;BYDAY=1TU;BYSETPOS=1", "2001-03-06 10:00"),
    ("FREQ=YEARLY;BYMONTH=1,7;BYDAY=2WE", "2001-07-11 10:00"), ("FREQ=DAILY;INTERVAL=7;COUNT=2000", "2001-03-04 10:00"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "start"), OLD_RULES)
@settings(max_examples=25)
@given(days=st.integers(0, 12_000))
def test_an_old_rule_asked_late_stays_in_step(rule: str, start: str, days: int) -> None:
    from dateutil.rrule import rrulestr

    since = wall(start) + timedelta(days=days, minutes=1)
    walked = list(islice(rrulestr(rule, dtstart=wall(start)).xafter(since), 3))
    found = list(islice(moments(When(rrule=rule, start=wall(start)), "UTC", since.replace(tzinfo=UTC)), 3))
    assert [m.replace(tzinfo=None) for m in found] == walked


ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "UTC"]


@given(
    zone=st.sampled_from(ZONES),
    since=st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
)
def test_a_daily_rule_comes_once_for_each_day_of_the_wall_clock_in_order(zone: str, since: datetime, minute: int, hour: int) -> None:
    found = list(islice(moments(When(cron=f"{minute} {hour} * * *"), zone, since), 6))
    assert found[0] >= since
    assert all(a < b for a, b in pairwise(found))
    for moment in found:
        local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        # Either it is shown on the wall, or it was left out there and this is later by what was left out.
        assert (local.hour, local.minute) == (hour, minute) or any(
            not exists(local - timedelta(minutes=m), ZoneInfo(zone)) for m in (15, 30, 60, 24 * 60)
        )
        assert moment.tzinfo is UTC


@given(zone=st.sampled_from(ZONES), local=st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)))
def test_a_wall_time_is_one_moment_and_never_earlier_than_it_is_called(zone: str, local: datetime) -> None:
    back = to_utc(local, ZoneInfo(zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert back == local if exists(local, ZoneInfo(zone)) else back > local
    assert utc("2026-01-01").tzinfo is UTC


def field(low: int, high: int, *more: str) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    spans = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.tuples(st.just("*") | spans, st.integers(1, 9)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    one = st.one_of(st.just("*"), number.map(str), spans, steps, *(st.just(m) for m in more))
    return one | st.lists(number.map(str), min_size=2, max_size=4).map(",".join)


@settings(max_examples=150)
@given(
    minute=field(0, 59), hour=field(0, 23), day=field(1, 31, "L", "LW"), month=field(1, 12), weekday=field(0, 7, "MON#1", "5L", "TUE-THU"),
    since=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
)  # fmt: skip
def test_a_cron_rule_names_what_the_library_s_own_walk_names(
    minute: str, hour: str, day: str, month: str, weekday: str, since: datetime
) -> None:
    from cronsim import CronSim, CronSimError

    text = f"{minute} {hour} {day} {month} {weekday}"
    try:
        walked = list(islice(CronSim(text, since - timedelta(microseconds=1)), 4))
    except CronSimError:
        return
    assert list(islice(local_rule(When(cron=text), "UTC")(since), 4)) == walked
