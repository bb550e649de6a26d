"""Troubles: schedules that are well written and cannot be."""

from __future__ import annotations

import pytest

from gameday.model.schedule import Schedule, Surprise
from gameday.schedule.troubles import troubles
from tests.schedule.plan import closed, each, hours, schedule, wall

CALENDARS = {"f.ics": closed(("2026-12-01 00:00", "2026-12-19 00:00"), name="Year end")}


def told(one: Schedule) -> list[str]:
    return [f"{'.'.join(map(str, way))}: {said}" for way, said in troubles(one, CALENDARS)]


@pytest.mark.parametrize(
    "one",
    [
        schedule(cron="0 10 * * TUE#2", hours=hours()),
        schedule(rrule="FREQ=MONTHLY;BYDAY=1TU", start=wall("2026-01-06 10:00"), hours=hours()),
        schedule(once=wall("2026-12-01 10:00")),
        schedule(surprise=each("week")),
        schedule(surprise=Surprise.model_validate({"first": "2026-12-01", "last": "2026-12-19"})),
        schedule(cron="30 2 * * SUN"),
    ],
)
def test_what_can_be_is_no_trouble(one: Schedule) -> None:
    assert told(one) == []


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (schedule(cron="0 3 * * *", hours=hours()), "when.cron: it never fires: thu 03:00 is outside the working hours, mon, tue, wed, thu, fri 09:00 to 17:00, and so are all its moments"),
        (schedule(cron="0 10 * * SAT", hours=hours()), "when.cron: it never fires: sat 10:00 is outside"),
        (schedule(cron="30 16 * * MON", hours=hours()), "when.cron: it never fires: mon 16:30 is outside"),
        (schedule(cron="0 10 30 2 *"), "when.cron: \"0 10 30 2 *\" is no cron rule: no month 2 has a day 30; it never fires"),
        (schedule(cron="0 * * * *", minutes=90), "when.cron: a drill of 1h30m that begins"),
        (schedule(once=wall("2027-03-28 02:30")), "when.once: 02:30 does not exist on 2027-03-28 in Europe/Paris, where clocks go forward; write 03:30"),
        (schedule(rrule="FREQ=DAILY", start=wall("2027-03-28 02:30")), "when.start: 02:30 does not exist on 2027-03-28"),
        (schedule(rrule="FREQ=MONTHLY;BYDAY=1TU", start=wall("2026-01-05 10:00")),
         "when.start: Mon 2026-01-05 10:00 is not one of the rule's own moments; the first of them is 2026-01-06 10:00"),
        (schedule(once=wall("2026-12-02 10:00"), freezes=("f.ics",)), 'when.once: it would be withheld: freeze "Year end", until 2026-12-19 00:00'),
        (schedule(once=wall("2026-12-02 10:00"), holidays=("f.ics",)), 'when.once: it would be withheld: holiday "Year end"'),
        (schedule(surprise=Surprise.model_validate({"first": "2026-12-01", "last": "2026-12-18"}), freezes=("f.ics",)),
         "when.surprise: no window has room for 1h within mon, tue, wed, thu, fri 09:00 to 17:00 and outside freezes and holidays"),
        (schedule(surprise=Surprise.model_validate({"first": "2026-12-19", "last": "2026-12-20"})), "when.surprise: no window has room for 1h within"),
        (schedule(surprise=each("week"), hours=hours("09:00", "09:45")), "length: a drill of 1h has no room in the working hours"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_key(one: Schedule, said: str) -> None:
    (found,) = told(one)
    assert found.startswith(said)


def test_hours_hold_to_the_minute_and_a_drill_ends_inside_them() -> None:
    assert told(schedule(cron="0 16 * * MON", hours=hours())) == []
    assert told(schedule(cron="1 16 * * MON", hours=hours())) != []
    assert told(schedule(cron="0 9 * * MON", hours=hours())) == []
