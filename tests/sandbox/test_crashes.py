"""`kill -9` at a dozen moments: what was broken is whole again within two seconds, and the record can be read."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from gameday.undo.processes import is_alive
from tests.sandbox.conftest import Bench, await_that, review_of

WITHIN = 2.0
"""Seconds from the kill to a whole sandbox."""
CASES = [
    ("drill.started", 0.0, "gameday"), ("drill.steady", 0.0, "both"),
    ("fault.injecting", 0.0, "gameday"), ("fault.injecting", 0.0, "worker"), ("fault.injecting", 0.0, "both"),
    ("fault.armed", 0.0, "gameday"), ("fault.armed", 0.0, "worker"), ("fault.armed", 0.4, "both"),
    ("alert.pending", 0.2, "gameday"), ("fault.released", 0.0, "both"), ("fault.released", 0.0, "worker"), ("fault.undone", 0.0, "gameday"),
]  # fmt: skip
TARGETS = ["gameday", "worker", "both"]


@pytest.fixture(scope="module")
def short(bench: Bench) -> str:
    """A drill of a few seconds whose fault ends by time."""
    return bench.scenario(
        "crash", runbook=None, abort_when=None,
        canary={"url": "http://127.0.0.1:${shop_port}/checkout", "method": "POST", "every": "200ms", "timeout": "1s", "bad": "2 of 3", "steady_for": "600ms"},
        faults=[{"fault": "container_pause", "target": "payments", "at": "200ms", "for": "4s"}],
        expect={"alerts": {"must": [{"alert": "PaymentsErrorRate", "within": "4s"}]}},
    )  # fmt: skip


def processes_of(drill: Path) -> dict[str, tuple[int, str]]:
    """Process numbers and their start marks by role, from the ledger."""
    lines = [json.loads(line) for line in (drill / "ledger.jsonl").read_text().splitlines() if line.endswith("}")]
    return {line["role"]: (int(line["pid"]), str(line["ticks"])) for line in lines if line["kind"] == "process"}


def kill_at(bench: Bench, scenario: str, kind: str, later: float, target: str) -> Path:
    before, was = bench.drills(), bench.state("payments")
    process = bench.begin("run", scenario, "--responders", "none", "--keep-sandbox")
    drill = bench.new_drill(before)
    bench.await_event(drill, kind)
    time.sleep(later)  # a chosen moment, not a wait for something
    victims = {"gameday": [process.pid]}.get(target)
    if victims is None:
        worker = processes_of(drill).get("worker", (0, ""))[0]
        victims = [p for p in (worker, process.pid if target == "both" else None) if p]
    for victim in victims:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
    await_that(lambda: bench.state("payments") == was, WITHIN, f"payments as before after killing {target} {later:g} s after {kind}")
    await_that(lambda: process.poll() is not None, 60, "the drill's end")
    return drill


def is_gone(pid: int, ticks: str) -> bool:
    return not is_alive(pid, ticks)


def nothing_is_left(bench: Bench, drill: Path) -> None:
    """No process of the drill lives, nothing is open, and the record can be judged."""
    for role, (pid, ticks) in processes_of(drill).items():
        await_that(partial(is_gone, pid, ticks), 5, f"the end of the {role}")
    assert bench.gameday("recover").code == 0
    left = bench.gameday("recover", "--dry-run").out  # on the whole daemon, where other tests break things too
    assert drill.name not in left and bench.project not in left, left
    ended = bench.gameday("review", drill.name)
    assert ended.code in (0, 1, 5), ended.err
    review = review_of(drill)
    assert review["safety"]["left"] == []
    assert review["safety"]["faults"] == review["safety"]["removed_and_verified"]


@pytest.mark.parametrize(("kind", "later", "target"), CASES)
def test_killed_at_a_moment(bench: Bench, short: str, kind: str, later: float, target: str) -> None:
    nothing_is_left(bench, kill_at(bench, short, kind, later, target))


def test_a_worker_that_hangs_is_ended_and_its_fault_put_back(bench: Bench, short: str) -> None:
    before, was = bench.drills(), bench.state("payments")
    process = bench.begin("run", short, "--responders", "none", "--keep-sandbox")
    drill = bench.new_drill(before)
    bench.await_event(drill, "fault.armed")
    os.kill(processes_of(drill)["worker"][0], signal.SIGSTOP)
    await_that(lambda: bench.state("payments") == was, 45, "the fault to be put back though the worker hangs")
    await_that(lambda: process.poll() is not None, 60, "the drill's end")
    assert process.returncode == 5, bench.log()
    nothing_is_left(bench, drill)


@pytest.mark.crash
@pytest.mark.timeout(36_000)
def test_killed_at_random(bench: Bench, short: str) -> None:
    seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
    print(f"SEED={seed}")
    dice = random.Random(seed)
    for _ in range(int(os.environ.get("ROUNDS", "20"))):
        kind = dice.choice(["drill.started", "drill.steady", "fault.injecting", "fault.armed", "fault.released", "fault.undone"])
        target = dice.choice(TARGETS)
        drill = kill_at(bench, short, kind, dice.random() * 1.5, target)
        nothing_is_left(bench, drill)
