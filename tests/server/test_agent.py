"""The agent: runs what was claimed for its host, and says what became of it, whoever was killed."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest

from gameday.bundle.host_state import HostState, RunningDrill
from gameday.errors import Missing
from gameday.model.claim import Errand
from gameday.server.agent import Agent
from gameday.server.drill_command import NotAllowed, drill_arguments, drill_of
from gameday.store.slots import Slots
from gameday.undo.processes import boot_id, started_ticks
from tests.server.place import NOON, Place, await_that


def errand(name: str = "calm", **more: object) -> Errand:
    fields = {"ends": NOON + timedelta(hours=1), "start_by": NOON + timedelta(minutes=10), "scenario": "scenarios/calm.yaml"} | more
    return Errand.model_validate({"schedule": name, "moment": NOON} | fields)


def claimed(place: Place, one: Errand | None = None) -> None:
    assert Slots(place.database).claim(one or errand(), place.host().name, "server", place.clock.now())


def settled(place: Place, agent: Agent) -> None:
    await_that(lambda: not Slots(place.database).open(), f"the end of all slots; {place.records()}", step=agent.tick)


def kinds(place: Place) -> list[str]:
    return [event.kind for event in Slots(place.database).events()]


def test_a_claimed_slot_is_run_once_and_its_end_is_told(place: Place) -> None:
    claimed(place)
    place.set("code", 1)
    settled(place, place.agent())
    (record,) = place.records()
    assert (record.outcome, record.exit_code, record.drill) == ("ran", 1, place.said("began")[0])
    assert kinds(place) == ["claimed", "taken", "ran"]


def test_a_slot_of_another_host_is_none_of_its_business(place: Place) -> None:
    assert Slots(place.database).claim(errand(), "another-host", "server", NOON)
    place.agent().tick()
    assert place.said("began") == [] and kinds(place) == ["claimed"]


def test_no_more_drills_at_once_than_allowed(place: Place) -> None:
    place.set("takes", 500)
    claimed(place)
    claimed(place, errand("second"))
    agent = place.agent(at_once=1)
    agent.tick()
    await_that(lambda: place.said("began"), "a beginning", step=agent.tick)
    assert [r.drill is not None for r in place.records()] == [True, False]
    agent._end_drills()
    await_that(lambda: not agent._drills, "an end", step=lambda: agent.tick(takes=False))


def test_what_waits_longer_than_its_grace_is_missed_or_asked_about(place: Place) -> None:
    place.set("takes", 500)
    claimed(place)
    agent = place.agent(at_once=1)
    agent.tick()
    claimed(place, errand("second"))
    claimed(place, errand("asking", if_missed="ask"))
    place.clock.go(minutes=11)
    agent.tick()
    found = {r.schedule: (r.outcome, r.cause) for r in place.records()}
    assert found == {"calm": ("running", None), "second": ("missed", "busy"), "asking": ("waiting", "busy")}
    agent._end_drills()
    await_that(lambda: not agent._drills, "an end", step=lambda: agent.tick(takes=False))


def test_a_claim_that_no_agent_came_for_in_time_is_missed(place: Place) -> None:
    claimed(place)
    place.clock.go(minutes=11)
    place.agent().tick()
    assert [(r.outcome, r.cause) for r in place.records()] == [("missed", "down")] and place.said("began") == []


def test_while_drills_are_halted_none_begins(place: Place) -> None:
    claimed(place)
    agent = place.agent()
    agent.host.state.halt("lunch")
    agent.tick()
    assert kinds(place) == ["claimed"]
    place.clock.go(minutes=11)
    agent.tick()
    (record,) = place.records()
    assert (record.outcome, record.cause) == ("missed", "halted") and "lunch" in record.why


def test_a_drill_that_was_refused_was_missed_with_its_last_words(place: Place) -> None:
    claimed(place)
    place.set("refuse", "checkout-db has no label gameday.allow=sandbox")
    settled(place, place.agent())
    (record,) = place.records()
    assert (record.outcome, record.cause, record.why) == ("missed", "refused", "checkout-db has no label gameday.allow=sandbox")
    assert record.drill is None


def test_a_store_cannot_make_an_agent_run_what_is_not_in_its_workspace(place: Place) -> None:
    for strange in ({"scenario": "../elsewhere.yaml"}, {"scenario": "/etc/passwd"}, {"responders": "/bin/sh"}, {"variables": {"-x": 1}}):
        with pytest.raises(NotAllowed):
            drill_arguments(errand(**strange), "20261201-120000-x-0000", place.root)
    claimed(place, errand(scenario="scenarios/../../x.yaml"))
    settled(place, place.agent())
    assert [(r.outcome, r.cause) for r in place.records()] == [("missed", "refused")]


def test_arguments_stay_arguments(place: Place) -> None:
    words = drill_arguments(errand(variables={"peak": True, "who": "a b; c"}), "d", place.root)
    assert words == ["run", "--drill=d", "--responders=human", "--var=peak=true", "--var=who=a b; c", "--", "scenarios/calm.yaml"]


def test_a_drill_goes_on_when_its_agent_dies_and_another_tells_its_end(place: Place) -> None:
    claimed(place)
    place.set("takes", 20)
    first = place.agent(name="first")
    first.tick()
    await_that(lambda: place.said("began"), "a beginning")
    # What kill -9 of the agent leaves: its own descriptor is closed, the drill's is not.
    first._drills[0].lock.release()
    second = place.agent(name="second")
    assert second.tick() == 1
    settled(place, second)
    assert kinds(place) == ["claimed", "taken", "adopted", "ran"]
    assert len(place.said("began")) == 1 and place.said("ended") == place.said("began")
    first._drills[0].process.wait(5)


def test_where_agent_and_drill_died_it_is_recovered_first_and_not_run_again(place: Place) -> None:
    claimed(place)
    (claim,) = Slots(place.database).open()
    drill = drill_of(claim.errand, place.root)
    Slots(place.database).take(claim, "dead", drill, NOON)
    place.crashed(drill)
    settled(place, place.agent())
    (record,) = place.records()
    assert (record.outcome, record.exit_code, record.drill) == ("ran", 5, drill)
    assert "put back" in record.why and place.recovered == 1 and place.said("began") == []


def test_what_could_not_be_put_back_is_the_loudest_end(place: Place) -> None:
    claimed(place)
    (claim,) = Slots(place.database).open()
    drill = drill_of(claim.errand, place.root)
    Slots(place.database).take(claim, "dead", drill, NOON)
    place.crashed(drill)
    place.left = "docker unpause payments"
    settled(place, place.agent())
    (record,) = place.records()
    assert record.exit_code == 4 and "docker unpause payments" in record.why


def test_where_the_agent_died_before_anything_began_it_is_begun_again_under_the_same_id(place: Place) -> None:
    claimed(place)
    (claim,) = Slots(place.database).open()
    drill = drill_of(claim.errand, place.root)
    Slots(place.database).take(claim, "dead", drill, NOON)
    settled(place, place.agent())
    (record,) = place.records()
    assert (record.outcome, record.drill, place.said("began")) == ("ran", drill, [drill])


def test_and_is_missed_where_that_would_be_too_late(place: Place) -> None:
    claimed(place)
    (claim,) = Slots(place.database).open()
    Slots(place.database).take(claim, "dead", drill_of(claim.errand, place.root), NOON)
    place.clock.go(minutes=11)
    settled(place, place.agent())
    (record,) = place.records()
    assert (record.outcome, record.cause) == ("missed", "down") and place.said("began") == []


def test_a_killed_drill_says_so(place: Place) -> None:
    claimed(place)
    place.set("takes", 500)
    agent = place.agent()
    agent.tick()
    await_that(lambda: place.said("began"), "a beginning")
    os.killpg(agent._drills[0].process.pid, signal.SIGKILL)
    settled(place, agent)
    (record,) = place.records()
    assert record.exit_code == 5 and "signal 9" in record.why and place.recovered == 1


def test_leaving_ends_its_drills_with_their_undo(place: Place) -> None:
    claimed(place)
    place.set("takes", 500)
    agent = place.agent()
    rounds = iter(range(1_000))
    agent.run(lambda: "stop" if place.said("began") and next(rounds) > 2 else "")
    (record,) = place.records()
    assert (record.outcome, record.exit_code, len(place.said("undone"))) == ("ran", 143, 1)


def test_and_while_the_store_is_away_too_and_the_next_agent_tells_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed(place)
    place.set("takes", 500)
    stopped = place.agent(name="stopped")

    def away(*_: object) -> None:
        raise Missing("the store does not answer")

    def leaving() -> str:
        if not place.said("began"):
            return ""
        broken.setattr(Slots, "open", away)
        if place.said("undone"):
            place.clock.go(seconds=4)
        return "stop"

    with monkeypatch.context() as broken:
        stopped.run(leaving)
        assert place.said("undone") == place.said("began") and not place.host().has_agent()
    settled(place, place.agent())
    assert kinds(place) == ["claimed", "taken", "adopted", "ran"]


def test_a_drill_that_another_agent_began_is_ended_when_the_store_says_that_it_is_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed(place)
    place.set("takes", 500)
    first, second = place.agent(name="first"), place.agent(name="second")
    first.tick()
    await_that(lambda: place.said("began"), "a beginning")
    process = first._drills[0].process
    known = RunningDrill(place.said("began")[0], "", process.pid, started_ticks(process.pid), boot_id(), "sandbox")
    first._drills[0].lock.release()
    monkeypatch.setattr(HostState, "running", lambda _self: [known])
    asked, real = iter(range(3)), Slots.open

    def away_at_first(slots: Slots, *words: str) -> object:
        if next(asked, None) is not None:
            raise Missing("the store does not answer")
        return real(slots, *words)

    with monkeypatch.context() as broken:
        broken.setattr(Slots, "open", away_at_first)
        second.run(lambda: "stop")
    assert process.wait(5) == 143 and kinds(place) == ["claimed", "taken", "adopted", "ran"]


def test_what_killed_agents_left_beside_the_state_is_cleared_away_unless_it_is_held(place: Place) -> None:
    old, new, held = (place.host().log(name) for name in ("old", "new", "held"))
    for log in (old, new, held):
        log.touch()
        log.with_suffix(".lock").touch()
    for log in (old, held):
        os.utime(log.with_suffix(".lock"), ((NOON - timedelta(days=8)).timestamp(),) * 2)
    os.utime(new.with_suffix(".lock"), (NOON.timestamp(),) * 2)
    lock = place.host().hold("held")
    rounds = iter(["", "wind_down"])
    place.agent().run(lambda: next(rounds))
    assert [(log.exists(), log.with_suffix(".lock").exists()) for log in (old, new, held)] == [(False, False), (True, True), (True, True)]
    assert lock is not None
    lock.release()


def test_winding_down_lets_a_drill_end_and_begins_none(place: Place) -> None:
    claimed(place)
    place.set("takes", 10)
    agent = place.agent()

    def leaving() -> str:
        if not place.said("began"):
            return ""
        Slots(place.database).claim(errand("later"), place.host().name, "server", NOON)
        return "wind_down"

    agent.run(leaving)
    assert {r.schedule: r.outcome for r in place.records()} == {"calm": "ran", "later": "running"}
    assert place.said("ended") == place.said("began") and not place.host().has_agent()
