"""The scheduler: takes slots when they are due, says what became of those it could not take, and of those a silent host had."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from gameday.errors import InvalidInput, Missing
from gameday.model.schedule import Approval, Role, Surprise, When
from gameday.model.slot import SlotRecord
from gameday.schedule.agenda import Agenda
from gameday.server.scheduler import Scheduler
from gameday.store.memory import Memory
from gameday.store.slots import Slots
from gameday.store.watches import Agents, Watches
from tests.server.place import NOON, Place, Written, await_that, hourly, once


def outcomes(place: Place) -> list[tuple[str, str | None]]:
    return [(record.outcome, record.cause) for record in place.records()]


def here(place: Place, host: str = "a") -> None:
    """An agent is on this host, as long as the test runs."""
    place.host(host).enter()


def only(place: Place) -> SlotRecord:
    (record,) = place.records()
    return record


def test_a_slot_is_taken_at_its_moment_and_not_before(place: Place) -> None:
    here(place)
    place.clock.at = NOON - timedelta(milliseconds=100)
    server = place.server(once("calm"))
    server.tick()
    assert place.records() == []
    place.clock.go(milliseconds=100)
    server.tick()
    assert only(place).moment == NOON
    server.tick()
    assert [e.kind for e in Slots(place.database).events()] == ["claimed"]


def test_where_no_agent_is_the_slot_waits_for_one_and_is_missed_after_its_grace(place: Place) -> None:
    server = place.server(once("calm"))
    server.tick()
    place.clock.go(minutes=9)
    server.tick()
    assert place.records() == []
    presence = place.host().enter()
    server.tick()
    assert outcomes(place) == [("running", None)]
    presence.leave()
    other = place.server(once("other"), name="other")
    place.clock.go(minutes=2)
    other.tick()
    assert place.records()[-1].cause == "down"


def test_what_was_missed_while_no_server_ran_is_recorded(place: Place) -> None:
    here(place)
    place.clock.go(hours=2, minutes=30)
    place.server(hourly("skips")).tick()
    assert outcomes(place) == [("missed", "down")] * 3
    assert "no server with an agent was there between 2026-12-01 12:00 and 12:10 UTC" in place.records()[0].why


def test_or_caught_up_once_for_all(place: Place) -> None:
    here(place)
    place.clock.go(hours=2, minutes=30)
    server = place.server(hourly("catches-up", if_missed="catch_up"))
    server.tick()
    assert outcomes(place) == [("missed", "down"), ("missed", "down"), ("running", None)]
    assert "stands for both" in place.records()[0].why
    (claim,) = Slots(place.database).open()
    assert claim.state == "claimed" and claim.errand.start_by is None


def test_but_not_caught_up_in_a_freeze_or_at_night(place: Place) -> None:
    from gameday.model.schedule import Hours

    here(place)
    at = NOON.replace(hour=16)
    place.clock.at = NOON.replace(hour=20)
    server = place.server(once("calm", at, hours=Hours(), if_missed="catch_up"))
    server.tick()
    assert outcomes(place) == [("waiting", "down")]
    place.clock.go(hours=13)
    server.tick()
    assert only(place).outcome == "running"


def test_nor_while_its_schedule_is_paused(place: Place) -> None:
    here(place)
    place.clock.go(hours=2, minutes=30)
    server = place.server(once("calm", if_missed="catch_up"))
    server.refresh()
    server.planning.look(place.clock.now(), True)
    paused = place.server(once("calm", if_missed="catch_up", paused="the shop moves"), name="later")
    paused.tick()
    assert outcomes(place) == [("waiting", "down")]
    place.clock.go(hours=1)
    place.server(once("calm", if_missed="catch_up"), name="resumed").tick()
    assert outcomes(place) == [("running", None)] and "caught up, 3h30m late" in only(place).why


def test_or_asked_about_until_the_next_slot_comes(place: Place) -> None:
    here(place)
    place.clock.go(minutes=30)
    server = place.server(hourly("asks", if_missed="ask"))
    server.tick()
    assert outcomes(place) == [("waiting", "down")]
    place.clock.go(minutes=30)
    server.tick()
    assert outcomes(place) == [("missed", "no_answer"), ("running", None)]


def test_somebody_may_say_that_it_is_run(place: Place) -> None:
    here(place)
    place.clock.go(minutes=30)
    server = place.server(once("asks", if_missed="ask"))
    server.tick()
    assert Slots(place.database).answer(Slots(place.database).open()[0], True, "gil", place.clock.now())
    place.clock.go(seconds=2)
    server.tick()
    agent = place.agent()
    await_that(lambda: only(place).outcome == "ran", "the drill's end", step=agent.tick)
    assert [e.kind for e in Slots(place.database).events()] == ["waiting", "answered", "claimed", "taken", "ran"]


def test_or_that_it_is_left_out(place: Place) -> None:
    here(place)
    place.clock.go(minutes=30)
    place.server(once("asks", if_missed="ask")).tick()
    assert Slots(place.database).answer(Slots(place.database).open()[0], False, "gil", place.clock.now())
    assert outcomes(place) == [("cancelled", "down")] and "gil said" in only(place).why


def test_a_new_schedule_counts_from_when_its_file_was_there(place: Place) -> None:
    here(place)
    place.clock.go(hours=5, minutes=1)
    place.server(hourly("new"), since=place.clock.at - timedelta(minutes=30)).tick()
    assert [r.moment.hour for r in place.records()] == [17]


def test_another_rule_does_not_hold_for_the_time_before_it_was_written(place: Place) -> None:
    here(place)
    yearly = hourly("calm", if_missed="catch_up").model_copy(update={"when": When(cron="0 10 1 1 *")})
    place.server(yearly).tick()
    place.clock.go(hours=5, minutes=1)
    edited = place.clock.at - timedelta(minutes=30)
    place.server(hourly("calm", if_missed="catch_up"), since=edited, name="again").tick()
    assert [r.moment.hour for r in place.records()] == [17]
    place.clock.go(hours=2)
    place.server(hourly("calm", if_missed="catch_up"), since=place.clock.at, name="touched").tick()
    assert [r.moment.hour for r in place.records()] == [17, 18, 19], "the same rule in a file that is newer missed what it missed"


def test_a_schedule_that_was_taken_out_and_comes_back_missed_nothing_meanwhile(place: Place) -> None:
    here(place)
    server = place.server(hourly("calm"))
    server.tick()
    server.source.schedules, server.source.new = [], True  # type: ignore[attr-defined]
    place.clock.go(minutes=30)
    server.tick()
    place.clock.go(hours=4)
    server.source.schedules, server.source.new = [hourly("calm")], True  # type: ignore[attr-defined]
    server.source.since = place.clock.at  # type: ignore[attr-defined]
    server.tick()
    assert [record.moment for record in place.records()] == [NOON]


def test_a_slot_taken_is_not_missed_after_a_restart(place: Place) -> None:
    here(place)
    for _ in range(3):
        place.server(hourly("calm")).tick()
        place.clock.go(hours=1)
    assert outcomes(place) == [("running", None)] * 3


def test_a_paused_schedule_and_one_without_a_yes_are_missed_and_said_so(place: Place) -> None:
    here(place)
    needs = Approval(by=("lead@example.org",), ahead=timedelta(hours=1))
    late, early, stranger = (once(f"approval-{n}", approval=needs) for n in ("late", "early", "stranger"))
    memory = Memory(place.database)
    memory.approve("approval-late", NOON, "lead@example.org", NOON - timedelta(minutes=59))
    memory.approve("approval-early", NOON, "lead@example.org", NOON - timedelta(hours=2))
    memory.approve("approval-stranger", NOON, "ben@example.org", NOON - timedelta(hours=2))
    place.server(late, early, stranger, once("paused", paused="the team is away")).tick()
    found = {r.schedule: (r.outcome, r.cause) for r in place.records()}
    assert found == {
        "approval-late": ("missed", "not_approved"), "approval-early": ("running", None),
        "approval-stranger": ("missed", "not_approved"), "paused": ("missed", "paused"),
    }  # fmt: skip


def test_what_a_freeze_covers_is_recorded_as_withheld(place: Place) -> None:
    from gameday.model.schedule import Hours

    here(place)
    place.clock.at = NOON.replace(hour=20)
    place.server(once("at-night", NOON.replace(hour=20), hours=Hours()), since=NOON).tick()
    assert outcomes(place) == [("withheld", "hours")]


def responder(*people: str) -> dict[str, Role]:
    return {"responder": Role.model_validate({"from": people})}


def test_people_take_turns(place: Place) -> None:
    here(place)
    server = place.server(hourly("calm", roles=responder("ana", "ben")))
    for _ in range(3):
        server.tick()
        place.clock.go(hours=1)
    assert [r.roster["responder"] for r in place.records()] == [("ana",), ("ben",), ("ana",)]


def test_a_slot_that_was_missed_is_nobody_s_turn(place: Place) -> None:
    server = place.server(hourly("calm", roles=responder("ana", "ben")))
    server.tick()
    place.clock.go(hours=1)
    presence = place.host("a").enter()
    server.tick()
    presence.leave()
    assert [(r.outcome, r.roster.get("responder")) for r in place.records()] == [("missed", ("ana",)), ("running", ("ana",))]


def test_a_turn_is_asked_for_as_far_back_as_it_is_wanted(place: Place) -> None:
    here(place)
    place.server(once("calm", roles=responder("ana", "ben"))).tick()
    assert [part.roster for part in Memory(place.database).took_part(NOON)] == [{"responder": ["ana"]}]
    assert Memory(place.database).took_part(NOON + timedelta(seconds=1)) == []


def test_a_paused_schedule_keeps_nobody_from_another(place: Place) -> None:
    here(place)
    place.server(once("a", roles=responder("ana"), paused="the shop moves"), once("b", roles=responder("ana"))).tick()
    assert {r.schedule: r.roster.get("responder") for r in place.records()} == {"a": None, "b": ("ana",)}


def test_a_drill_whose_seat_nobody_can_take_runs_and_the_log_says_whom_it_lacks(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    here(place)
    place.server(once("a", roles=responder("ana")), once("b", roles=responder("ana"))).tick()
    assert outcomes(place) == [("running", None)] * 2
    assert "ana would be in two drills at once at 2026-12-01 12:00Z: b@2026-12-01T12:00:00Z needs a responder" in caplog.text


def test_a_seat_is_left_to_who_is_not_needed_by_a_drill_that_begins_meanwhile(place: Place) -> None:
    here(place)
    later = once("later", NOON + timedelta(minutes=30), roles=responder("ana"))
    server = place.server(once("calm", roles=responder("ana", "ben")), later)
    server.tick()
    place.clock.go(minutes=30)
    server.tick()
    assert [r.roster["responder"] for r in place.records()] == [("ben",), ("ana",)]


def test_a_surprise_is_drawn_once_for_all_servers_and_kept(place: Place) -> None:
    here(place)
    schedule = once("surprise").model_copy(update={"when": When(surprise=Surprise(each="month"))})
    first, second = place.server(schedule, name="first"), place.server(schedule, name="second")
    second.salt = lambda: "other salt"
    first.tick()
    second.tick()
    seals = Memory(place.database).seals()
    assert tuple(seals) == first.agenda.seals == second.agenda.seals
    assert {s.salt for s in seals} == {"salt"} and len(seals) >= 3
    place.clock.at = seals[0].moment
    second.tick()
    assert only(place).moment == seals[0].moment


# --- silent hosts -----------------------------------------------------------------------------------------------


def passes(place: Place, server: Scheduler, seconds: int) -> None:
    for _ in range(seconds):
        place.clock.go(seconds=1)
        server.tick()


def test_a_claim_of_a_host_that_fell_silent_is_taken_over_after_the_lease(place: Place) -> None:
    here(place, "a")
    place.server(once("calm"), host="a").tick()
    Agents(place.database).beat("agent-a", place.host("a").name, 1, NOON)
    here(place, "b")
    server = place.server(once("calm"), host="b")
    passes(place, server, 14)
    assert Slots(place.database).open()[0].host == place.host("a").name
    passes(place, server, 4)
    (claim,) = Slots(place.database).open()
    assert (claim.host, claim.fence) == (place.host("b").name, 2)


def test_the_old_host_cannot_take_what_was_moved(place: Place) -> None:
    here(place, "a")
    place.server(once("calm"), host="a").tick()
    (old,) = Slots(place.database).open()
    here(place, "b")
    passes(place, place.server(once("calm"), host="b"), 18)
    assert Slots(place.database).take(old, "agent-a", "20261201-120000-calm-0000", NOON) is None


def test_a_host_that_gives_signs_of_life_keeps_its_claim(place: Place) -> None:
    here(place, "a")
    place.server(once("calm"), host="a").tick()
    here(place, "b")
    server = place.server(once("calm"), host="b")
    for beat in range(40):
        Agents(place.database).beat("agent-a", place.host("a").name, beat, NOON)
        passes(place, server, 1)
    assert Slots(place.database).open()[0].host == place.host("a").name


def test_a_drill_on_a_silent_host_is_said_to_be_silent_and_never_run_again(place: Place) -> None:
    here(place, "a")
    place.server(once("calm"), host="a").tick()
    (claim,) = Slots(place.database).open()
    running = Slots(place.database).take(claim, "agent-a", "20261201-120000-calm-0000", NOON)
    here(place, "b")
    server = place.server(once("calm"), host="b")
    passes(place, server, 40)
    assert "has been silent" in only(place).why and only(place).outcome == "running"
    assert [e.kind for e in Slots(place.database).events()] == ["claimed", "taken", "silent"]
    assert running is not None and Slots(place.database).end(running, 0, "", NOON), "its own agent still tells how it ended"


# --- what is wrong ----------------------------------------------------------------------------------------------


def test_files_that_go_bad_leave_the_schedules_in_force(place: Place) -> None:
    here(place)
    server = place.server(once("calm"))
    place.clock.at = NOON - timedelta(minutes=1)
    server.tick()

    def bad() -> tuple[Agenda, dict[str, object]]:
        raise InvalidInput("schedules/calm.yaml:3:1: unknown key")

    server.source.read, server.source.new = bad, True  # type: ignore[method-assign, assignment, attr-defined]
    place.clock.go(minutes=1)
    server.tick()
    assert "unknown key" in server.trouble and only(place).outcome == "running"


def test_a_due_slot_does_not_wait_for_files_that_take_long_to_read(place: Place) -> None:
    here(place)
    place.clock.at = NOON - timedelta(seconds=10)
    server = place.server(once("calm"))
    server.tick()
    source, read = Written([once("calm"), once("new")], NOON - timedelta(minutes=1), new=True), Event()
    slowly = source.read
    source.read = lambda: (read.wait(10), slowly())[1]  # type: ignore[method-assign]
    server.source = source
    place.clock.go(seconds=10)
    server.tick()
    assert [r.schedule for r in place.records()] == ["calm"]
    read.set()
    await_that(lambda: len(place.records()) == 2, "the new schedule", step=server.tick)


def test_files_that_are_bad_from_the_start_stop_the_server(place: Place) -> None:
    server = place.server()

    def bad() -> tuple[Agenda, dict[str, object]]:
        raise InvalidInput("schedules/calm.yaml:3:1: unknown key")

    server.source.read = bad  # type: ignore[method-assign, assignment]
    with pytest.raises(InvalidInput):
        server.refresh()


def test_files_that_changed_while_the_store_was_away_are_used_when_it_is_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    here(place)
    place.clock.at = NOON - timedelta(minutes=1)
    server = place.server()
    server.tick()
    server.source.schedules, server.source.new = [once("new")], True  # type: ignore[attr-defined]

    def away(*_: object) -> None:
        raise Missing("the store does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(server.planning, "use", away)
        place.clock.go(seconds=3)
        with pytest.raises(Missing):
            server.tick()
    place.clock.go(minutes=1)
    server.tick()
    assert only(place).schedule == "new"


def test_the_watch_never_moves_back(place: Place) -> None:
    watches = Watches(place.database)
    watches.until({"calm": NOON}, {"calm": "daily"})
    watches.advance(["calm"], NOON - timedelta(hours=1))
    assert watches.until({"calm": NOON}, {"calm": "daily"}) == {"calm": NOON}
    assert watches.until({"calm": NOON - timedelta(hours=1)}, {"calm": "hourly"}) == {"calm": NOON}


def test_two_servers_take_a_hundred_slots_of_one_second_once_each(place: Place) -> None:
    here(place, "a")
    here(place, "b")
    schedules = [once(f"many-{n}") for n in range(100)]
    servers = [place.server(*schedules, host=h) for h in "ab"]
    for server in servers:
        server.tick()
    events = Slots(place.database).events()
    assert sorted(e.schedule for e in events if e.kind == "claimed") == sorted(s.name for s in schedules)


@pytest.mark.slow
def test_serving_a_thousand_schedules_for_hours_takes_no_more_memory(place: Place) -> None:
    schedules = [hourly(f"quiet-{n}").model_copy(update={"when": When(cron=f"{n % 60} {n % 24} * * FRI")}) for n in range(1000)]
    server = place.server(*schedules)
    server.tick()
    before = 0
    for minute in range(180):
        place.clock.go(minutes=1)
        server.tick()
        if minute == 60:
            before = resident()
    assert resident() - before < 4_000, "kilobytes"


def resident() -> int:
    """Kilobytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * (os.sysconf("SC_PAGE_SIZE") // 1024)
