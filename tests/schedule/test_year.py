"""A year of a whole programme, against a count that is made in another way: every five minutes of the year on the wall clocks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gameday.model.closing import Calendar
from gameday.model.schedule import Approval, Schedule
from gameday.model.slot import Seal, Slot, Withheld
from gameday.schedule.agenda import Agenda
from gameday.schedule.rotation import rosters
from tests.schedule.plan import closed, each, hours, role, schedule, utc, wall

BEGIN, END = utc("2026-07-01"), utc("2027-07-01")
PARIS, NEW_YORK, SYDNEY = "Europe/Paris", "America/New_York", "Australia/Sydney"
MINUTE = timedelta(minutes=1)
STEP = timedelta(minutes=5)
"""Of the walk: all times here lie so far apart, and every change of clocks is so many of them."""
FREEZES = [("2026-11-20 18:00", "2026-12-01 08:00"), ("2026-12-18 00:00", "2027-01-04 00:00"), ("2027-03-28 02:15", "2027-03-28 03:45")]
HOLIDAYS = [
    (f"{d} 00:00", f"{date.fromisoformat(d) + timedelta(days=1)} 00:00") for d in ("2026-07-14", "2026-11-11", "2027-04-05", "2027-05-05")
]
CALENDARS = {"freezes.ics": closed(*FREEZES), "holidays.ics": closed(*HOLIDAYS)}
OFFICE = ("mon", "tue", "wed", "thu", "fri")


def nth(day: date, weekday: int, number: int) -> bool:
    return day.weekday() == weekday and (day.day - 1) // 7 + 1 == number


def last(day: date, weekday: int) -> bool:
    return day.weekday() == weekday and (day + timedelta(days=7)).month != day.month


@dataclass(frozen=True)
class Case:
    """A schedule, and the same in other words: times of the wall clock, and whether a day is one of its days."""

    schedule: Schedule
    times: frozenset[tuple[int, int]]
    on: Callable[[date], bool]


def case(name: str, zone: str, times: str, on: Callable[[date], bool], **fields: Any) -> Case:
    made = schedule(name, zone=zone, freezes=("freezes.ics",), holidays=("holidays.ics",), **fields)
    return Case(made, frozenset((int(t[:2]), int(t[3:])) for t in times.split()), on)


CASES = [
    case("checkout", PARIS, "10:00", lambda d: nth(d, 1, 2), cron="0 10 * * TUE#2", hours=hours()),
    case("search", PARIS, "14:30", lambda d: d.weekday() == 3, cron="30 14 * * THU", hours=hours("09:00", "15:00")),
    case("night-batch", PARIS, "02:30", lambda d: True, cron="30 2 * * *"),
    case("payments", NEW_YORK, "11:00", lambda d: last(d, 4), rrule="FREQ=MONTHLY;BYDAY=-1FR", start=wall("2024-01-26 11:00"), hours=hours()),
    case("mail", NEW_YORK, "01:30", lambda d: d.weekday() == 6, cron="30 1 * * SUN"),
    case("backups", NEW_YORK, "02:15", lambda d: d.weekday() in (5, 6), cron="15 2 * * 0,6"),
    case("login", SYDNEY, "09:00 13:00", lambda d: d.day in (1, 15), cron="0 9,13 1,15 * *", hours=hours(days=OFFICE[:4])),
    case("orders", SYDNEY, "02:30", lambda d: True, rrule="FREQ=DAILY", start=wall("2020-02-29 02:30")),
    case("ledger", SYDNEY, "16:00", lambda d: (d + timedelta(days=1)).day == 1, cron="0 16 L * *"),
    case("once", PARIS, "15:00", lambda d: d == date(2027, 2, 3), once=wall("2027-02-03 15:00"), hours=hours()),
    case("fortnight", NEW_YORK, "10:15", lambda d: d.weekday() == 2 and (d - date(2022, 1, 5)).days % 14 == 0,
         rrule="FREQ=WEEKLY;INTERVAL=2", start=wall("2022-01-05 10:15"), hours=hours()),
]  # fmt: skip
SURPRISE = schedule(
    "lobby",
    zone=SYDNEY,
    minutes=90,
    surprise=each("month"),
    hours=hours("10:00", "16:00"),
    freezes=("freezes.ics",),
    holidays=("holidays.ics",),
)


@pytest.fixture(scope="module")
def counted() -> Mapping[str, set[datetime]]:
    """Every occasion of every case, found by walking through the year."""
    found: dict[str, set[datetime]] = {c.schedule.name: set() for c in CASES}
    for zone in (PARIS, NEW_YORK, SYDNEY):
        here = [c for c in CASES if c.schedule.zone == zone]
        wanted = {t for c in here for t in c.times}
        for moment, shown in walk(ZoneInfo(zone)):
            if (shown.hour, shown.minute) in wanted:
                for one in here:
                    if (shown.hour, shown.minute) in one.times and one.on(shown.date()):
                        found[one.schedule.name].add(moment)
    return found


def walk(zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Each time that a wall clock shows, or should have shown, with the moment at which it counts."""
    moment = BEGIN - timedelta(days=1)
    highest = moment.astimezone(zone).replace(tzinfo=None) - STEP
    while moment < END:
        shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
        if shown > highest + STEP:  # the clock went forward: what it left out counts as much later
            gap = shown - highest - STEP
            for n in range(gap // STEP):
                yield moment + n * STEP, highest + (n + 1) * STEP
        if shown > highest:  # else it shows this for the second time
            yield moment, shown
            highest = shown
        moment += STEP


def may_be(one: Schedule, moment: datetime) -> bool:
    """Whether a drill may begin, said once more in plain words."""
    zone = ZoneInfo(one.zone)
    minutes = [moment + n * MINUTE for n in range(int(one.length / MINUTE))]
    for begins, ends in (*FREEZES, *HOLIDAYS):
        first, after = (wall(t).replace(tzinfo=zone).astimezone(UTC) for t in (begins, ends))
        if any(first <= m < after for m in minutes):
            return False
    if (open_ := one.open_hours) is None:
        return True
    local = [m.astimezone(zone) for m in (minutes[0], minutes[-1])]
    return all(OFFICE[m.weekday()] in open_.days if m.weekday() < 5 else False for m in local) and (
        local[0].time() >= open_.from_ and (minutes[-1] + MINUTE).astimezone(zone).time() <= open_.to
    )


def test_a_year_of_slots_is_what_a_walk_through_the_year_finds(counted: Mapping[str, set[datetime]]) -> None:
    began = time.perf_counter()
    agenda = Agenda([c.schedule for c in CASES], CALENDARS)
    occasions = list(agenda.occasions(BEGIN, END))
    took = time.perf_counter() - began
    for one in CASES:
        slots = [o.moment for o in occasions if isinstance(o, Slot) and o.schedule == one.schedule.name]
        withheld = [o.moment for o in occasions if isinstance(o, Withheld) and o.schedule == one.schedule.name]
        due = {m for m in counted[one.schedule.name] if BEGIN <= m < END}
        assert len(set(slots)) == len(slots), "none is doubled"
        assert set(slots) == {m for m in due if may_be(one.schedule, m)}, one.schedule.name
        assert set(withheld) == {m for m in due if not may_be(one.schedule, m)}, "none is lost in silence"
    assert sum(isinstance(o, Slot) for o in occasions) > 700
    assert sum(isinstance(o, Withheld) for o in occasions) > 80
    assert took < 10, "seconds, also on a loaded host"


def test_whoever_looks_now_and_then_sees_each_slot_once() -> None:
    agenda = Agenda([c.schedule for c in CASES], CALENDARS)
    whole = [s.key for s in agenda.slots(BEGIN, END)]
    clock, seen, random_ = BEGIN, [], random.Random(7)
    while clock < END:
        later = min(END, clock + timedelta(seconds=random_.randrange(1, 400_000)))
        seen += [s.key for s in agenda.slots(clock, later)]
        clock = later
    assert seen == whole


def test_whoever_sleeps_until_the_next_slot_misses_none() -> None:
    agenda = Agenda([c.schedule for c in CASES], CALENDARS)
    clock, seen = BEGIN - MINUTE, []
    while (upcoming := agenda.next_due(clock)) is not None and upcoming.moment < END:
        seen += [s.key for s in agenda.slots(clock + timedelta(seconds=1), upcoming.moment + timedelta(seconds=1))]
        clock = upcoming.moment
    assert seen == [s.key for s in agenda.slots(BEGIN, END)]


def test_a_year_of_surprises_has_one_in_each_month_that_has_room_and_none_in_a_freeze() -> None:
    """With a clock that goes on day by day, and a freeze that nobody knew of when the moments were drawn."""
    agenda, clock, seen = Agenda([SURPRISE], CALENDARS), BEGIN, []
    late = {
        **CALENDARS,
        "freezes.ics": Calendar(
            file="x", closings=(*CALENDARS["freezes.ics"].closings, *closed(("2027-02-03 00:00", "2027-02-26 00:00")).closings)
        ),
    }
    salts = iter(f"salt {n}" for n in range(10_000))
    while clock < END:
        if clock == utc("2027-02-02"):
            agenda = Agenda([SURPRISE], late, agenda.seals)
        agenda = agenda.with_seals(agenda.draw(clock, clock + timedelta(days=62), lambda: next(salts)).seals)
        seen += [o for o in agenda.occasions(clock, clock + timedelta(days=1)) if isinstance(o, Slot)]
        clock += timedelta(days=1)
    sydney = ZoneInfo(SYDNEY)
    months = [f"{s.moment.astimezone(sydney):%Y-%m}" for s in seen]
    assert months == [
        "2026-07",
        "2026-08",
        "2026-09",
        "2026-10",
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
        "2027-03",
        "2027-04",
        "2027-05",
        "2027-06",
    ]
    assert all(may_be(SURPRISE, s.moment) for s in seen)
    (february,) = [s.moment.astimezone(sydney) for s in seen if s.moment.astimezone(sydney).month == 2]
    assert february.day in (1, 2, 26), "either before the new freeze was known, or outside of it"


def test_a_window_without_room_is_told_of() -> None:
    full = closed(("2026-12-01 00:00", "2027-01-04 00:00"))
    agenda = Agenda([SURPRISE], {"freezes.ics": full})
    drawn = agenda.draw(utc("2026-11-01"), utc("2027-01-31"), lambda: "salt")
    assert [f"{s.moment:%Y-%m}" for s in drawn.seals] == ["2026-11", "2027-01"]
    (lost,) = drawn.without_room
    assert (lost.by, f"{lost.moment:%Y-%m-%d %H:%M}") == ("no_room", "2026-11-30 13:00")
    assert "no room is left for 1h30m between 2026-12-01 00:00 and 2027-01-01 00:00" in lost.why


def test_a_surprise_is_drawn_where_its_people_are_in_no_other_drill() -> None:
    busy = schedule("busy", zone="UTC", cron="0 9 * * MON-THU", minutes=480, roles={"responder": role("ana", "ben")})
    free = schedule("free", zone="UTC", cron="0 9 * * FRI", minutes=480, roles={"responder": role("chi")})
    lobby = schedule("lobby", zone="UTC", surprise=each("month"), roles={"responder": role("ana", "ben", seats=2)})
    two = lobby.model_copy(update={"name": "lounge"})
    agenda, salts = Agenda([busy, free, lobby, two]), iter(range(10_000))
    drawn = agenda.draw(utc("2026-12-01"), utc("2027-11-01"), lambda: f"salt {next(salts)}")
    assert len(drawn.seals) == 22 and {seal.moment.weekday() for seal in drawn.seals} == {4}, "Fridays alone"
    slots = list(agenda.with_seals(drawn.seals).slots(utc("2026-12-01"), utc("2027-11-01")))
    assert rosters(slots, agenda.schedules).clashes == ()


def test_and_drawn_all_the_same_where_nobody_is_ever_free() -> None:
    busy = schedule("busy", zone="UTC", cron="0 9 * * MON-FRI", minutes=480, roles={"responder": role("ana")})
    lobby = schedule("lobby", zone="UTC", surprise=each("month"), roles={"responder": role("ana")})
    drawn = Agenda([busy, lobby]).draw(utc("2026-12-01"), utc("2026-12-31"), lambda: "salt")
    assert len(drawn.seals) == 1 and not drawn.without_room


def test_seals_hold_over_restarts_and_a_moment_that_is_past_is_not_drawn_again() -> None:
    agenda = Agenda([SURPRISE], CALENDARS)
    first = agenda.draw(utc("2026-08-05"), utc("2026-08-06"), lambda: "salt").seals
    again = Agenda([SURPRISE], CALENDARS, [Seal.model_validate_json(s.model_dump_json()) for s in first])
    assert again.draw(utc("2026-08-06"), utc("2026-08-07"), lambda: "other").seals == []
    assert [s.moment for s in again.slots(BEGIN, END)] == [first[0].moment]
    everything = {"freezes.ics": closed(("2026-01-01 00:00", "2027-01-01 00:00"))}
    later = Agenda([SURPRISE], everything, first).draw(first[0].moment + MINUTE, utc("2026-08-31"), lambda: "other")
    assert later.seals == [] and later.without_room == []


def test_a_commitment_proves_the_moment_and_does_not_tell_it() -> None:
    (seal,) = Agenda([SURPRISE]).draw(utc("2026-08-05"), utc("2026-08-06"), lambda: "salt").seals
    moved = seal.model_copy(update={"moment": seal.moment + timedelta(minutes=5)})
    assert seal.commitment != moved.commitment
    assert f"{seal.moment:%H:%M}" not in seal.commitment and seal.salt not in seal.commitment


def test_other_salts_draw_other_moments_over_the_whole_window() -> None:
    agenda = Agenda([SURPRISE])
    drawn = [agenda.draw(utc("2026-07-31 15:00"), utc("2026-08-02"), lambda n=n: str(n)).seals[-1].moment for n in range(300)]  # type: ignore[misc]
    days = {m.astimezone(ZoneInfo(SYDNEY)).day for m in drawn}
    assert len(days) == 21, "every working day of August may be it"


def test_no_moment_is_drawn_for_which_nobody_can_say_yes_in_time() -> None:
    now = utc("2026-12-03 08:00")  # a Thursday
    one = schedule(surprise=each("week"), approval=Approval(by=("lead",), ahead=timedelta(days=1)))
    for number in range(40):
        (seal,) = Agenda([one]).draw(now, now + timedelta(days=1), lambda n=number: f"salt{n}").seals  # type: ignore[misc]  # its default
        assert seal.moment - timedelta(days=1) > now


def test_where_no_yes_can_be_given_in_time_a_window_has_no_room() -> None:
    now = utc("2026-12-04 08:00")
    one = schedule(surprise=each("week"), approval=Approval(by=("lead",), ahead=timedelta(days=1)))
    found = Agenda([one]).draw(now, now + timedelta(days=1), lambda: "salt")
    assert found.seals == []
    assert [w.why for w in found.without_room] == [
        "no room is left for 1h between 2026-11-30 00:00 and 2026-12-07 00:00, with 1d before it for a yes"
    ]
