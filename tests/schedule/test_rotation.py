"""Rotation: least recent first, nobody twice at once, experts left out."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gameday.model.schedule import Schedule
from gameday.model.slot import SlotRecord
from gameday.schedule.rotation import rosters
from tests.schedule.plan import role, schedule, slot, utc

MONTHS = ["2026-12-08 09:00", "2027-01-12 09:00", "2027-02-09 09:00", "2027-03-09 09:00"]


def turns(one: Schedule, records: tuple[SlotRecord, ...] = ()) -> list[tuple[str, ...]]:
    found = rosters([slot(one.name, m) for m in MONTHS], {one.name: one}, records)
    return [found.of[slot(one.name, m).key]["responder"] for m in MONTHS]


def ran(name: str, moment: str, *people: str, outcome: str = "ran") -> SlotRecord:
    return SlotRecord.model_validate({"schedule": name, "moment": utc(moment), "outcome": outcome, "roster": {"responder": people}})


def test_people_take_turns_in_the_order_of_the_file() -> None:
    assert turns(schedule(cron="x", roles={"responder": role("ana", "ben", "chi")})) == [("ana",), ("ben",), ("chi",), ("ana",)]


def test_who_was_in_any_drill_last_comes_last() -> None:
    one = schedule(cron="x", roles={"responder": role("ana", "ben", "chi")})
    assert turns(one, (ran("other", "2026-11-01 09:00", "ana"), ran("gone", "2026-10-01 09:00", "chi")))[:3] == [
        ("ben",),
        ("chi",),
        ("ana",),
    ]


def test_a_drill_that_was_missed_is_nobody_s_turn() -> None:
    one = schedule(cron="x", roles={"responder": role("ana", "ben")})
    assert turns(one, (ran("other", "2026-11-01 09:00", "ana", outcome="missed"),))[0] == ("ana",)


def test_an_expert_sits_out_and_may_still_facilitate() -> None:
    one = schedule(cron="x", roles={"responder": role("ana", "ben", seats=1), "facilitator": role("ana")}, barred={"ana": "wrote it"})
    found = rosters([slot("checkout", m) for m in MONTHS], {"checkout": one})
    assert {tuple(r["responder"]) for r in found.of.values()} == {("ben",)}
    assert {tuple(r["facilitator"]) for r in found.of.values()} == {("ana",)}
    assert found.clashes == ()


def test_nobody_has_two_roles_in_one_drill() -> None:
    one = schedule(cron="x", roles={"responder": role("ana", "ben"), "facilitator": role("ana", "ben")})
    for found in rosters([slot("checkout", m) for m in MONTHS], {"checkout": one}).of.values():
        assert set(found["responder"]).isdisjoint(found["facilitator"])


def test_two_drills_at_once_take_different_people() -> None:
    one, two = (schedule(n, cron="x", roles={"responder": role("ana", "ben")}) for n in ("one", "two"))
    found = rosters([slot("one", "2026-12-08 09:00"), slot("two", "2026-12-08 09:30")], {"one": one, "two": two})
    assert (list(found.of.values()), found.clashes) == ([{"responder": ("ana",)}, {"responder": ("ben",)}], ())


def test_somebody_who_would_be_in_two_drills_at_once_is_told_with_both() -> None:
    one, two = (schedule(n, cron="x", roles={"responder": role("ana")}) for n in ("one", "two"))
    found = rosters([slot("one", "2026-12-08 09:00"), slot("two", "2026-12-08 09:59")], {"one": one, "two": two})
    (clash,) = found.clashes
    assert str(clash) == (
        "ana would be in two drills at once at 2026-12-08 09:59Z: two@2026-12-08T09:59:00Z needs a responder, "
        "one@2026-12-08T09:00:00Z has them; name more people for `responder`, or move one of the two"
    )


def test_a_drill_that_ends_when_another_begins_keeps_nobody_from_it() -> None:
    one, two = (schedule(n, cron="x", roles={"responder": role("ana")}) for n in ("one", "two"))
    assert rosters([slot("one", "2026-12-08 09:00"), slot("two", "2026-12-08 10:00")], {"one": one, "two": two}).clashes == ()


def test_who_is_in_a_drill_that_runs_now_is_busy() -> None:
    one, two = (schedule(n, cron="x", roles={"responder": role("ana", "ben")}) for n in ("one", "two"))
    found = rosters(
        [slot("two", "2026-12-08 09:30")], {"one": one, "two": two}, (ran("one", "2026-12-08 09:00", "ana", outcome="running"),)
    )
    assert found.of[slot("two", "2026-12-08 09:30").key] == {"responder": ("ben",)}


@given(people=st.integers(1, 7), seats=st.integers(1, 3), drills=st.integers(1, 40))
def test_nobody_is_asked_more_than_once_more_than_anybody_else(people: int, seats: int, drills: int) -> None:
    names = [f"p{n}" for n in range(people)]
    one = schedule(cron="x", roles={"responder": role(*names, seats=min(seats, people))})
    slots = [slot("checkout", f"{utc('2026-12-08 09:00') + timedelta(days=7 * n):%Y-%m-%d %H:%M}") for n in range(drills)]
    counts = Counter(p for roster in rosters(slots, {"checkout": one}).of.values() for p in roster["responder"])
    asked = [counts[n] for n in names]
    assert max(asked) - min(asked) <= 1
