"""Everything that ends a drill early: signals, the lever, an abort condition, a dead guard. The fault is always undone first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.sandbox.conftest import ROOT, Bench, await_that, review_of

SCENARIO = "scenarios/payments-freezes.yaml"
QUICK = yaml.safe_load((ROOT / SCENARIO).read_text())["canary"] | {"every": "200ms", "steady_for": "1s"}


def held(bench: Bench) -> str:
    """The first drill, which holds its fault, without traffic; it is steady soon."""
    return bench.scenario("held", canary=QUICK, traffic=None)


def armed_drill(bench: Bench) -> tuple[Path, subprocess.Popen[str], str]:
    before, was = bench.drills(), bench.state("payments")
    process = bench.begin("run", held(bench), "--responders", "none", "--keep-sandbox")
    drill = bench.new_drill(before)
    bench.await_event(drill, "fault.armed")
    return drill, process, was


def guard_of(pid: int) -> int:
    """The guard is the child of gameday that runs its module."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if b"gameday.guard" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise AssertionError("no guard")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_after_the_undo(bench: Bench, number: signal.Signals, code: int) -> None:
    drill, process, was = armed_drill(bench)
    process.send_signal(number)
    await_that(lambda: process.poll() is not None, 30, "the end")
    assert process.returncode == code, bench.log()
    assert bench.state("payments") == was
    review = review_of(drill)
    assert (review["drill"]["outcome"], review["safety"]["left"]) == ("aborted", [])


def test_the_lever_ends_running_drills_and_refuses_new_ones(bench: Bench) -> None:
    drill, process, was = armed_drill(bench)
    try:
        assert bench.gameday("halt", "--reason", "the real thing").code == 0
        await_that(lambda: process.poll() is not None, 30, "the end")
        assert process.returncode == 5, bench.log()
        assert bench.state("payments") == was
        assert "the real thing" in review_of(drill)["drill"]["note"]
        refused = bench.gameday("run", SCENARIO, "--responders", "none")
        assert refused.code == 3
        assert "the real thing" in refused.err
    finally:
        assert bench.gameday("resume", "--reason", "over").code == 0


def test_a_dead_guard_ends_the_drill(bench: Bench) -> None:
    _, process, was = armed_drill(bench)
    os.kill(guard_of(process.pid), signal.SIGKILL)
    await_that(lambda: process.poll() is not None, 30, "the end")
    assert bench.state("payments") == was
    assert process.returncode == 5, bench.log()


def test_an_abort_condition_ends_it(bench: Bench) -> None:
    scenario = bench.scenario("aborts", canary=QUICK, traffic=None, abort_when=[{"probe": "checkout_success_rate", "below": 0.9}])
    was, before = bench.state("payments"), bench.drills()
    ended = bench.gameday("run", scenario, "--responders", "none", "--keep-sandbox")
    assert ended.code == 5, ended.err
    assert bench.state("payments") == was
    (drill,) = bench.drills() - before
    review = review_of(drill)
    assert review["drill"]["outcome"] == "aborted"
    assert "abort condition met" in review["drill"]["note"]


def test_a_second_drill_beside_a_running_one_is_refused(bench: Bench) -> None:
    _, process, _ = armed_drill(bench)
    second = bench.gameday("run", SCENARIO, "--responders", "none")
    assert second.code == 3, second.err
    process.send_signal(signal.SIGTERM)
    await_that(lambda: process.poll() is not None, 30, "the end")


def test_an_unsteady_service_is_left_alone(bench: Bench) -> None:
    canary = QUICK | {"steady_within": "5s"}
    scenario = bench.scenario(
        "unsteady", canary=canary, traffic=None, steady_state=[{"probe": "shop_replicas", "at_least": 9}], runbook=None
    )
    before = bench.drills()
    ended = bench.gameday("run", scenario, "--responders", "none")
    assert ended.code == 5, ended.err
    (drill,) = bench.drills() - before
    review = review_of(drill)
    assert [g["rule"] for g in review["gaps"]] == ["baseline_not_steady"]
    assert review["safety"]["faults"] == 0


def test_a_drill_that_hangs_is_taken_over(bench: Bench) -> None:
    drill, process, was = armed_drill(bench)
    process.send_signal(signal.SIGSTOP)
    try:
        await_that(lambda: bench.state("payments") == was, 20, "the guard to take over")
    finally:
        process.send_signal(signal.SIGCONT)
    await_that(lambda: process.poll() is not None, 30, "the end")
    assert process.returncode == 5, bench.log()
    review = review_of(drill)
    assert (review["safety"]["left"], review["drill"]["outcome"]) == ([], "aborted")


def test_a_full_disk_ends_the_drill_after_the_undo(bench: Bench) -> None:
    was, before = bench.state("payments"), bench.drills()
    # No file may grow beyond this: the timeline reaches it while users are hurt.
    limited = ["prlimit", "--fsize=60000", sys.executable, "-m", "gameday", "run", SCENARIO, "--responders", "none", "--keep-sandbox"]
    ended = subprocess.run(
        limited, cwd=bench.root, env=bench.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90, check=False
    )
    assert (ended.returncode, "disk is full" in ended.stderr) == (5, True), ended.stderr
    assert "Traceback" not in ended.stderr
    assert bench.state("payments") == was
    (drill,) = bench.drills() - before
    review = review_of(drill)
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}
