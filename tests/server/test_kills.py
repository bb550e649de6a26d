"""`kill -9` of servers, agents and drills at any moment: no slot is lost, none runs twice."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gameday.store.slots import Slots
from tests.server.place import Place, await_that
from tests.server.processes import Crew, crew, serve, work

pytestmark = pytest.mark.slow
"""Processes that are started, killed and waited for."""

ROUNDS = int(os.environ.get("ROUNDS", "20"))


def start(crew: Crew, place: Place, hosts: str, moments: list[tuple[str, datetime]], lease: float = 2.0) -> None:
    since = min(at for _, at in moments) - timedelta(seconds=1)
    for host in hosts:
        crew.start(f"server-{host}", serve, place.root, place.url, host, moments, since, lease)
        crew.start(f"agent-{host}", work, place.root, place.url, host, 100)


def soon(count: int, apart: float, after: float = 0.6) -> list[tuple[str, datetime]]:
    """So many schedules, each due once, one after the other."""
    begin = datetime.now(UTC) + timedelta(seconds=after)
    return [(f"slot-{n}", begin + timedelta(seconds=n * apart)) for n in range(count)]


def nothing_is_lost_or_doubled(place: Place, moments: list[tuple[str, datetime]]) -> None:
    records = place.records()
    assert [(r.schedule, r.moment) for r in records] == moments, "each slot has its one row"
    assert {r.outcome for r in records} <= {"ran", "missed"}, [r for r in records if r.outcome not in ("ran", "missed")]
    began = place.said("began")
    assert len(began) == len(set(began)) and not place.said("twice"), "no drill began twice"
    assert {r.drill for r in records if r.outcome == "ran"} >= set(began), "each drill that began is in the history"
    assert all(r.why for r in records if r.outcome == "missed"), "what was missed says why"
    claims = [(e.schedule, e.moment) for e in Slots(place.database).events() if e.kind == "claimed"]
    assert len(claims) == len(set(claims))


def test_a_hundred_slots_due_at_one_moment_on_two_servers_run_once_each(place: Place) -> None:
    moments = [(name, soon(1, 0)[0][1]) for name, _ in soon(100, 0)]
    moments = sorted((name, moments[0][1]) for name, _ in moments)
    with crew() as processes:
        start(processes, place, "ab", moments)
        await_that(lambda: len(place.said("ended")) >= 100, "a hundred drills", within=60)
        await_that(lambda: not Slots(place.database).open(), "their ends in the store", within=30)
    nothing_is_lost_or_doubled(place, moments)
    assert sorted(r.drill or "" for r in place.records()) == sorted(place.said("began"))


def test_a_server_killed_in_mid_slot_changes_nothing_for_the_drill(place: Place) -> None:
    place.set("takes", 20)
    moments = soon(1, 0)
    with crew() as processes:
        start(processes, place, "a", moments)
        await_that(lambda: place.said("began"), "a beginning", within=30)
        processes.kill("server-a")
        await_that(lambda: not Slots(place.database).open(), "the end in the store", within=30)
    nothing_is_lost_or_doubled(place, moments)
    assert place.said("ended") == place.said("began")


def test_a_host_killed_with_a_claim_in_hand_leaves_it_to_the_other(place: Place) -> None:
    place.set("takes", 5)
    moments = soon(1, 0, after=0.2)
    with crew() as processes:
        crew_of_a = place.host("a").enter()
        since = moments[0][1] - timedelta(seconds=1)
        processes.start("server-a", serve, place.root, place.url, "a", moments, since, 2.0)
        await_that(lambda: Slots(place.database).open(), "a claim", within=30)
        processes.kill("server-a")
        crew_of_a.leave()
        start(processes, place, "b", moments, lease=0.5)
        await_that(lambda: place.records()[0].outcome == "ran", "the drill's end", within=30)
    assert [e.kind for e in Slots(place.database).events()] == ["claimed", "moved", "taken", "ran"]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_killed_whenever(place: Place, seed: int) -> None:
    killed_again_and_again(place, "a", seed, kills=12)


@pytest.mark.crash
@pytest.mark.parametrize("seed", range(100, 100 + ROUNDS))
def test_whatever_is_killed_whenever_many_times(place: Place, seed: int) -> None:
    killed_again_and_again(place, "ab" if seed % 2 else "a", seed, kills=40)


def killed_again_and_again(place: Place, hosts: str, seed: int, kills: int) -> None:
    """Slots come due one after the other while servers, agents and drills are killed."""
    chance = random.Random(seed)
    place.set("takes", 8)
    moments = soon(kills, 0.06)
    print(f"seed {seed}")
    with crew() as processes:
        start(processes, place, hosts, moments)
        for _ in range(kills):
            time.sleep(chance.uniform(0.02, 0.12))  # a chosen moment, not a wait for something
            victim = chance.choice([*processes.alive, "drill"])
            if victim == "drill":
                kill_a_drill(place.root, chance)
            else:
                processes.kill(victim)
                processes.again(victim)
        await_that(lambda: len(place.records()) == len(moments) and not Slots(place.database).open(), f"all ends; seed {seed}", within=60)
    nothing_is_lost_or_doubled(place, moments)


def kill_a_drill(root: Path, chance: random.Random) -> None:
    """The whole group of one drill that runs now, found by its command line."""
    mark = f"{root / 'program'}\0run\0".encode()
    running = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and mark in (entry / "cmdline").read_bytes():
                running.append(int(entry.name))
    if running:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(os.getpgid(chance.choice(sorted(running))), signal.SIGKILL)
