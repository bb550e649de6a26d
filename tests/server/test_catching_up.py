"""What is caught up takes place at another time: with people who are free then, and a surprise within its window alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from gameday.model.schedule import Role, Schedule, Surprise, When
from gameday.server.scheduler import Scheduler
from gameday.store.slots import Slots
from tests.server.place import NOON, Place, await_that, once
from tests.server.test_agent import errand


def late(name: str, *people: str, hours: int = 0) -> Schedule:
    roles = {"responder": Role.model_validate({"from": people})}
    return once(name, NOON + timedelta(hours=hours), if_missed="catch_up", roles=roles)


def due(name: str, *people: str, at: datetime) -> Schedule:
    return once(name, at, roles={"responder": Role.model_validate({"from": people})})


def passes(place: Place, server: Scheduler, **span: float) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each slot's outcome and responders after some time."""
    place.clock.go(**span)
    server.tick()
    place.clock.go(seconds=2)
    server.tick()
    return {r.schedule: (r.outcome, r.roster.get("responder", ())) for r in place.records() if r.outcome != "waiting"}


def ends(place: Place, name: str) -> None:
    (claim,) = (c for c in Slots(place.database).open() if c.errand.schedule == name)
    taken = Slots(place.database).take(claim, "agent", "d", place.clock.now())
    assert taken is not None and Slots(place.database).end(taken, 0, "", place.clock.now())


def test_it_waits_for_who_is_in_another_drill(place: Place) -> None:
    place.host().enter()
    server = place.server(late("late", "ana"), due("now", "ana", at=NOON + timedelta(hours=2)))
    assert passes(place, server, hours=2) == {"now": ("running", ("ana",))}
    ends(place, "now")
    assert passes(place, server, hours=1)["late"] == ("running", ("ana",))


def test_or_takes_those_whose_turn_it_is_now(place: Place) -> None:
    place.host().enter()
    server = place.server(late("late", "ana", "ben"), due("now", "ana", at=NOON + timedelta(hours=2)))
    assert passes(place, server, hours=2) == {"now": ("running", ("ana",)), "late": ("running", ("ben",))}
    (claim,) = (c for c in Slots(place.database).open() if c.errand.schedule == "late")
    assert claim.errand.ends - place.clock.now() > timedelta(minutes=59)


def test_two_that_were_missed_do_not_take_one_person_twice(place: Place) -> None:
    place.host().enter()
    server = place.server(late("one", "ana"), late("two", "ana", hours=1))
    assert passes(place, server, hours=5) == {"one": ("running", ("ana",))}


def test_what_begins_before_it_would_be_over_goes_first(place: Place) -> None:
    place.host().enter()
    server = place.server(late("late", "ana"), due("soon", "ana", at=NOON + timedelta(hours=2, minutes=10)))
    assert passes(place, server, hours=2) == {}
    assert passes(place, server, minutes=10) == {"soon": ("running", ("ana",))}


def test_who_is_in_one_that_is_caught_up_is_busy(place: Place) -> None:
    place.host().enter()
    server = place.server(late("late", "ana"))
    assert passes(place, server, hours=2) == {"late": ("running", ("ana",))}
    # By the moments that were planned it would be ana's turn.
    before = errand("before", moment=NOON + timedelta(hours=1), roster={"responder": ("ben",)})
    assert Slots(place.database).claim(before, "b", "server", NOON)
    ends(place, "before")
    soon = due("soon", "ana", "ben", at=NOON + timedelta(hours=2, minutes=30))
    other = place.server(late("late", "ana"), soon, name="other")
    assert passes(place, other, minutes=30)["soon"] == ("running", ("ben",))


def test_who_has_two_seats_in_it_does_not_keep_it_waiting_for_ever(place: Place) -> None:
    place.host().enter()
    both = {name: Role.model_validate({"from": ["ana"]}) for name in ("responder", "scribe")}
    server = place.server(once("late", if_missed="catch_up", roles=both))
    assert passes(place, server, hours=2) == {"late": ("running", ("ana",))}


def test_it_leaves_its_place_to_what_has_to_begin_now(place: Place) -> None:
    place.host().enter()
    place.set("takes", 500)
    server = place.server(once("late", if_missed="catch_up"), once("now", NOON + timedelta(hours=2)))
    passes(place, server, hours=2)
    agent = place.agent(at_once=1)
    agent.tick()
    (began,) = await_that(lambda: place.said("began"), "a drill", step=agent.tick)
    assert "-now-" in began
    agent._end_drills()
    await_that(lambda: not agent._drills, "an end", step=lambda: agent.tick(takes=False))


def test_a_surprise_is_given_up_when_its_window_closes(place: Place) -> None:
    place.host().enter()
    when = When(surprise=Surprise.model_validate({"first": "2026-12-02", "last": "2026-12-02"}))
    surprise = once("surprise", if_missed="catch_up").model_copy(update={"when": when})
    place.server(surprise).tick()
    place.clock.go(days=2)
    place.server(surprise, name="again").tick()
    (record,) = place.records()
    assert (record.outcome, record.cause) == ("missed", "no_answer")
    assert record.why == "the surprise's window closed at 2026-12-03 00:00 UTC"
