"""What the worker does with several faults: injects, ends each in its time, takes orders, goes on past a failure."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed

from gameday.conduct import activities
from gameday.conduct.activities import Stage, WorkerLog, set_stage
from gameday.model.injection import Injection
from gameday.model.plan import Plan, PlannedFault, Target
from gameday.undo.docker_host import ContainerState
from gameday.undo.ledger import Ledger, LedgerUnwritable
from gameday.undo.put_back import put_back
from gameday.undo.target_lock import TargetLock
from tests.faults.place import Place
from tests.story import perfect, record_of, scenario


class Clock:
    """Time that passes when somebody waits for orders."""

    now = 100.0

    def boottime(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Containers(Place):
    """Two containers, which are paused and unpaused for real in here; it is also the daemon that the undo asks."""

    def __init__(self) -> None:
        super().__init__()
        self.paused: list[str] = []
        self.refusing: set[str] = set()

    def state(self, target: Any) -> Any:
        if isinstance(target, str):
            return ContainerState(True, target in self.paused, "t0")
        return {**self._state, "paused": str(target.container in self.paused).lower()}

    def act(self, target: Target, verb: str) -> None:
        self.acts.append((verb, target.container))
        if target.container in self.refusing:
            raise RuntimeError("the daemon says no")
        self.paused.append(target.container)

    def unpause(self, container: str) -> None:
        self.acts.append(("unpause", container))
        if f"stuck {container}" in self.refusing:
            raise OSError("the daemon is away")
        self.paused.remove(container)


class Worker:
    """A stage with two faults, and a pipe for orders."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **ends: Any) -> None:
        self.place, self.clock = Containers(), Clock()
        injections = tuple(
            Injection.model_validate({"fault": "container_pause", "target": t, "at": at, **end})
            for t, at, end in zip(("a", "b"), ("0s", "2s"), ends["ends"], strict=True)
        )
        planned = tuple(
            PlannedFault(
                id=f"f{n}", fault="container_pause", starts_after_seconds=i.at.total_seconds(), lives_at_most_seconds=i.longest.total_seconds(),
                waits_at_most_seconds=i.waits.total_seconds(),
                target=Target(service=i.target, container=i.target, name=i.target, project="p"),
                undo=activities_fault(i).prepare(self.place, Target(service=i.target, container=i.target, name=i.target, project="p")),
            )
            for n, i in enumerate(injections, 1)
        )  # fmt: skip
        plan: Plan = record_of(perfect(), faults=planned, scenario=scenario().model_copy(update={"faults": injections})).plan
        self.log = tmp_path / "worker.jsonl"
        self.ledger = Ledger(tmp_path / "ledger.jsonl")
        faults = {p.id: activities_fault(i) for p, i in zip(planned, injections, strict=True)}
        set_stage(Stage(plan, self.place, faults, {}, self.ledger, WorkerLog(self.log), steady_at=self.clock.now))
        self.orders: list[str] = []
        monkeypatch.setattr(activities, "boottime", self.clock.boottime)
        monkeypatch.setattr(activities, "host_of", lambda ledger: self.place)
        monkeypatch.setattr(activities, "_orders", self._orders)
        self.when: Callable[[], list[str]] = list
        monkeypatch.setattr(activities, "put_back", lambda *a, **k: put_back(*a, **{**k, "patience": 0.0}, sleep=lambda _: None))

    def _orders(self, patience: float) -> list[str]:
        self.clock.now += patience
        return self.when()

    def told(self, *kinds: str) -> list[tuple[str, str, str]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [(x["kind"], x["fault"], x.get("why", "")) for x in lines if x["kind"] in kinds]


def activities_fault(injection: Injection) -> Any:
    from gameday.catalog import fault_of

    return fault_of(injection)


HOLD = {"hold": "until_mitigated", "at_most": "20s"}


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Worker]:
    return lambda *ends: Worker(tmp_path, monkeypatch, ends=ends)


def begun(made: Worker) -> None:
    for fault, at in (("f1", 0), ("f2", 2)):
        activities.wait_until(at)
        activities.inject(fault)
        activities.is_live(fault)


def test_each_ends_in_its_own_time(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "5s"}, {"for": "10s"})
    begun(made)
    assert made.place.paused == ["a", "b"]
    activities.hold()
    assert made.told("fault.released") == [("fault.released", "f1", "time"), ("fault.released", "f2", "time")]
    assert 12 <= made.clock.now - 100 < 12.5


def test_in_sequence_one_is_over_before_the_next_begins(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "1s"}, {"for": "1s"})
    begun(made)
    activities.hold()
    assert made.place.acts == [("pause", "a"), ("unpause", "a"), ("pause", "b"), ("unpause", "b")]


def test_those_that_end_together_are_put_back_youngest_first(worker: Callable[..., Worker]) -> None:
    made = worker(HOLD, HOLD)
    begun(made)
    made.when = lambda: ["release mitigated f1 f2"]
    activities.hold()
    assert made.place.acts[2:] == [("unpause", "b"), ("unpause", "a")]


def test_a_release_ends_the_holds_it_names_and_nothing_else(worker: Callable[..., Worker]) -> None:
    made = worker(HOLD, {"for": "10s"})
    begun(made)
    made.when = lambda: ["release mitigated f1"] if made.clock.now > 104 else []
    activities.hold()
    assert made.told("fault.released") == [("fault.released", "f1", "mitigated"), ("fault.released", "f2", "time")]


def test_what_is_planned_for_later_comes_after_an_earlier_one_was_mitigated(worker: Callable[..., Worker]) -> None:
    made = worker(HOLD, HOLD)
    made.when = lambda: ["release mitigated f1"] if made.clock.now > 101 else []
    begun(made)
    activities.hold()
    assert [x[1:] for x in made.told("fault.released")] == [("f1", "mitigated"), ("f2", "ceiling")]


def test_one_that_cannot_be_injected_leaves_the_other_alone(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "5s"}, {"for": "5s"})
    made.place.refusing.add("b")
    with pytest.raises(ActivityFailed, match="says no"):
        begun(made)
    assert made.place.paused == ["a"]
    with pytest.raises(ActivityFailed, match="was not injected"):
        activities.is_live("f2")
    activities.hold()
    assert [x[:2] for x in made.told("fault.failed", "fault.not_live")] == [("fault.failed", "f2")]
    assert made.place.paused == []


def test_a_target_that_is_not_as_planned_is_left_alone_and_that_is_told(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "5s"}, {"for": "5s"})
    made.place.paused.append("b")
    with pytest.raises(ActivityFailed, match="nothing was injected"):
        begun(made)
    assert "not running as it was" in made.told("fault.failed")[0][2]
    assert made.ledger.read().open[0].id == "f1"


def test_after_an_undo_that_failed_nothing_more_is_broken_and_the_others_still_end(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "1s"}, {"for": "5s"})
    made.place.refusing.add("stuck a")
    with pytest.raises(ActivityFailed, match="could not be put back"):
        begun(made)
    assert made.place.paused == ["a"]
    made.place.refusing.clear()
    activities.undo("f1")
    assert made.place.paused == []


def test_the_end_of_the_supervisor_is_an_order_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    reading, writing = os.pipe()
    os.close(writing)
    kept = os.dup(0)
    try:
        os.dup2(reading, 0)
        monkeypatch.setattr(os, "kill", lambda _, number: sent.append(number))
        assert activities._orders(0.1) == []
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reading)
    assert len(sent) == 1


WHEN = {"for": "5s", "when": {"deed": "declared", "within": "10s"}}
"""The second fault, which is due from second 2 on."""


def in_order(made: Worker) -> None:
    """As the experiment does it: what waits for something comes last."""
    activities.wait_until(0)
    activities.inject("f1")
    activities.is_live("f1")
    activities.inject_when_triggered("f2")
    activities.hold()


def test_a_fault_that_waits_is_injected_when_the_supervisor_says_so_and_others_end_meanwhile(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "4s"}, WHEN)
    made.when = lambda: ["trigger f2"] if made.clock.now > 106 else []
    in_order(made)
    assert made.place.acts == [("pause", "a"), ("unpause", "a"), ("pause", "b"), ("unpause", "b")]
    assert made.told("fault.triggered", "fault.released") == [
        ("fault.released", "f1", "time"), ("fault.triggered", "f2", ""), ("fault.released", "f2", "time"),
    ]  # fmt: skip


def test_one_that_is_triggered_while_a_timed_one_is_waited_for_is_injected_at_once(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "9s"}, WHEN)
    made.when = lambda: ["trigger f2"]
    activities.wait_until(3)
    assert made.place.paused == ["b"]
    activities.inject("f1")
    assert activities.inject_when_triggered("f2") == "injected"


def test_what_never_happens_injects_nothing_and_keeps_nobody(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "1s"}, WHEN)
    in_order(made)
    assert made.place.acts == [("pause", "a"), ("unpause", "a")]
    assert [x[:2] for x in made.told("fault.not_triggered")] == [("fault.not_triggered", "f2")]
    assert 112 <= made.clock.now < 113


def test_an_order_that_comes_too_late_or_twice_injects_nothing_more(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "1s"}, WHEN)
    made.when = lambda: ["trigger f2", "trigger f2", "trigger f1"] if made.clock.now > 113 else []
    in_order(made)
    activities._tick(activities._STAGE[0], 2)
    assert made.place.acts == [("pause", "a"), ("unpause", "a")]


def test_one_that_cannot_be_injected_then_fails_in_its_own_activity(worker: Callable[..., Worker]) -> None:
    made = worker({"for": "4s"}, WHEN)
    made.place.refusing.add("b")
    made.when = lambda: ["trigger f2"]
    with pytest.raises(ActivityFailed, match="says no"):
        in_order(made)
    activities.hold()
    assert made.place.paused == []


def test_what_cannot_be_written_down_is_not_broken(worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch) -> None:
    made = worker({"for": "5s"}, {"for": "5s"})

    def full(**_: object) -> None:
        raise LedgerUnwritable("ledger.jsonl: no space left on the disk")

    monkeypatch.setattr(made.ledger, "intend", full)
    with pytest.raises(ActivityFailed, match="no space left"):
        activities.inject("f1")
    assert made.place.acts == []
    assert made.told("fault.failed") == [("fault.failed", "f1", "ledger.jsonl: no space left on the disk; nothing was injected")]


def test_a_fault_of_which_nobody_can_tell_whether_it_lives_is_put_back(
    worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = worker({"for": "5s"}, {"for": "5s"})
    activities.inject("f1")

    def silent(*_: object) -> bool:
        raise OSError("the daemon does not answer")

    monkeypatch.setattr(type(activities._STAGE[0].faults["f1"]), "is_live", silent)
    with pytest.raises(ActivityFailed, match="is not in effect"):
        activities.is_live("f1")
    assert made.place.paused == []
    assert made.told("fault.not_live")[0][2] == "the daemon does not answer"


class Docker:
    """The daemon that holds this lock, or does not."""

    def __init__(self, *there: str) -> None:
        self.there = there

    def exists(self, container: str) -> bool:
        return container in self.there

    def close(self) -> None: ...


def test_without_its_lock_a_target_is_not_broken(worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch) -> None:
    made = worker({"for": "5s"}, {"for": "5s"})
    made.ledger.append("locked", lock="l1", name="gameday-lock-a", target="a", token="t", lease=60.0)
    monkeypatch.setitem(vars(activities._STAGE[0]), "host", Docker())
    with pytest.raises(ActivityFailed, match="the lock on a was taken away; nothing was injected"):
        activities.inject("f1")
    assert made.ledger.read().faults == ()
    monkeypatch.setitem(vars(activities._STAGE[0]), "host", Docker("l1"))
    activities.inject("f1")
    assert made.place.paused == ["a"]


def test_an_undo_that_is_another_than_planned_is_noted_beside_the_lock(
    worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = worker({"for": "5s"}, {"for": "5s"})
    made.ledger.append("locked", lock="l1", name="gameday-lock-a", target="a", token="t", lease=60.0)
    made.place._state["started_at"] = "t9"
    noted: list[Any] = []

    def take(_host: object, wanted: list[Any], drill: str, token: str, lease: float) -> list[TargetLock]:
        noted.extend(wanted)
        return [TargetLock("l2", "gameday-lock-a.f1", "a", drill, token, lease)]

    monkeypatch.setitem(vars(activities._STAGE[0]), "host", Docker("l1"))
    monkeypatch.setattr(activities, "take_locks", take)
    activities.inject("f1")
    assert (noted[0].name, noted[0].faults[0]["undo"]["identity"]["started_at"]) == ("a.f1", "t9")
    assert [line["lock"] for line in made.ledger.read().of("locked")] == ["l1", "l2"]


def test_a_host_that_slept_past_the_end_of_a_fault_ends_it_when_it_wakes_up(
    worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = worker({"for": "5s"}, HOLD)
    begun(made)
    made.clock.now += 30  # the clock since boot counts sleep, the monotonic one would not
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    activities._tick(activities._STAGE[0], 0.05)
    assert made.place.paused == []
    assert made.told("fault.released") == [("fault.released", "f2", "ceiling"), ("fault.released", "f1", "time")]
