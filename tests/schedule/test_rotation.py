"""Rotation: least recent first, nobody twice at once, experts left out."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gameday.model.schedule import Schedule
from gameday.model.slot import TookPart
from gameday.schedule.rotation import rosters
from tests.schedule.plan import each, role, schedule, slot, utc

MONTHS = ["2026-12-08 09:00", "2027-01-12 09:00", "2027-02-09 09:00", "2027-03-09 09:00"]


def turns(one: Schedule, past: tuple[TookPart, ...] = ()) -> list[tuple[str, ...]]:
    found = rosters([slot(one.name, m) for m in MONTHS], {one.name: one}, past)
    return [found.of[slot(one.name, m).key]["responder"] for m in MONTHS]


def took_part(name: str, moment: str, *people: str) -> TookPart:
    return TookPart(name, utc(moment), {"responder": people})


def test_people_take_turns_in_the_order_of_the_file() -> None:
    assert turns(schedule(cron="x", roles={"responder": role("ana", "ben", "chi")})) == [("ana",), ("ben",), ("chi",), ("ana",)]


def test_who_was_in_any_drill_last_comes_last() -> None:
    one = schedule(cron="x", roles={"responder": role("ana", "ben", "chi")})
    assert turns(one, (took_part("other", "2026-11-01 09:00", "ana"), took_part("gone", "2026-10-01 09:00", "chi")))[:3] == [
        ("ben",),
        ("chi",),
        ("ana",),
    ]


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
    found = rosters([slot("two", "2026-12-08 09:30")], {"one": one, "two": two}, (took_part("one", "2026-12-08 09:00", "ana"),))
    assert found.of[slot("two", "2026-12-08 09:30").key] == {"responder": ("ben",)}


def test_who_can_be_replaced_gives_up_a_seat_that_another_cannot_do_without() -> None:
    one = schedule("one", cron="x", roles={"responder": role("ana", "ben")})
    two = schedule("two", cron="x", roles={"responder": role("ana")})
    found = rosters([slot("one", "2026-12-08 09:00"), slot("two", "2026-12-08 09:30")], {"one": one, "two": two})
    assert (list(found.of.values()), found.clashes) == ([{"responder": ("ben",)}, {"responder": ("ana",)}], ())


def test_several_change_seats_where_that_is_what_it_takes() -> None:
    lists = {"one": ("ana", "ben"), "two": ("ben", "chi"), "zoo": ("ana",)}
    plans = {n: schedule(n, cron="x", roles={"responder": role(*people)}) for n, people in lists.items()}
    found = rosters([slot(n, "2026-12-08 09:00") for n in plans], plans)
    assert [r["responder"] for r in found.of.values()] == [("ben",), ("chi",), ("ana",)]
    assert found.clashes == ()


def test_a_facilitator_may_become_a_responder_of_the_same_drill() -> None:
    one = schedule(cron="x", roles={"responder": role("ana"), "facilitator": role("ana", "ben")})
    found = rosters([slot("checkout", MONTHS[0])], {"checkout": one})
    assert (list(found.of.values()), found.clashes) == ([{"facilitator": ("ben",), "responder": ("ana",)}], ())


def test_who_has_begun_a_drill_does_not_leave_it_for_another() -> None:
    one = schedule("one", cron="x", roles={"responder": role("ana", "ben")})
    two = schedule("two", cron="x", roles={"responder": role("ana")})
    begun = took_part("one", "2026-12-08 09:00", "ana")
    found = rosters([slot("two", "2026-12-08 09:30")], {"one": one, "two": two}, (begun,))
    assert [c.pair for c in found.clashes] == [("two", "one", "responder")]


def test_a_role_that_only_somebody_with_another_can_take_is_told() -> None:
    one = schedule(cron="x", roles={"responder": role("ana"), "facilitator": role("ana")})
    (clash,) = rosters([slot("checkout", MONTHS[0])], {"checkout": one}).clashes
    assert str(clash) == (
        "ana would have two seats in checkout@2026-12-08T09:00:00Z, which needs a responder too; name more people for `responder`"
    )


def test_a_clash_with_a_surprise_does_not_tell_its_moment() -> None:
    one = schedule("one", cron="x", roles={"responder": role("ana")})
    lobby = schedule("lobby", surprise=each("month"), roles={"responder": role("ana")})
    (clash,) = rosters([slot("one", "2026-12-08 09:00"), slot("lobby", "2026-12-08 09:30")], {"one": one, "lobby": lobby}).clashes
    assert str(clash) == (
        "ana would be in two drills at once: the surprise lobby needs a responder, one has them; "
        "name more people for `responder`, or move one of the two"
    )


@given(st.data())
def test_people_who_can_be_seated_are_seated_as_an_independent_search_says(data: st.DataObject) -> None:
    everybody = ["ana", "ben", "chi", "dan"]
    lists = data.draw(st.lists(st.lists(st.sampled_from(everybody), min_size=1, max_size=4, unique=True), min_size=1, max_size=4))
    plans = {f"s{n}": schedule(f"s{n}", cron="x", roles={"responder": role(*people)}) for n, people in enumerate(lists)}
    found = rosters([slot(name, "2026-12-08 09:00") for name in plans], plans)
    can_be = any(len(set(choice)) == len(choice) for choice in product(*lists))
    assert (not found.clashes) == can_be
    seated = [p for roster in found.of.values() for p in roster["responder"]]
    assert len(seated) == len(set(seated))


@given(people=st.integers(1, 7), seats=st.integers(1, 3), drills=st.integers(1, 40))
def test_nobody_is_asked_more_than_once_more_than_anybody_else(people: int, seats: int, drills: int) -> None:
    names = [f"p{n}" for n in range(people)]
    one = schedule(cron="x", roles={"responder": role(*names, seats=min(seats, people))})
    slots = [slot("checkout", f"{utc('2026-12-08 09:00') + timedelta(days=7 * n):%Y-%m-%d %H:%M}") for n in range(drills)]
    counts = Counter(p for roster in rosters(slots, {"checkout": one}).of.values() for p in roster["responder"])
    asked = [counts[n] for n in names]
    assert max(asked) - min(asked) <= 1
