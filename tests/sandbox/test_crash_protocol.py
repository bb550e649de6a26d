"""Everything that can die, hang or change during a drill, on the smallest place there is: what was broken is whole again.

`tests/crash_tests.py` says which of the forty crash tests is which of these.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import docker
import pytest

from gameday.bundle.timeline_file import read_timeline
from gameday.undo.ledger import read_ledger
from tests.sandbox.conftest import await_that, events, review_of
from tests.sandbox.host_picture import differences, picture
from tests.sandbox.test_crashes import is_gone
from tests.sandbox.test_stops import guard_of
from tests.sandbox.tiny import Tiny, containers, pause, tiny_place

pytestmark = pytest.mark.quiet

FAULTS: list[dict[str, Any]] = [
    {"fault": "container_pause"},
    {"fault": "container_kill"},
    {"fault": "container_stop"},
    {"fault": "process_hang"},
    {"fault": "cpu_limit", "cpus": 0.1},
    {"fault": "cpu_pressure", "workers": 1},
    {"fault": "file_descriptors_exhausted", "limit": 64},
    {"fault": "network_latency", "delay": "50ms"},
    {"fault": "network_partition"},
    {"fault": "network_loss", "loss": 50},
]
MOMENTS = ("", "drill.started", "drill.steady", "fault.injecting", "fault.armed", "fault.released", "fault.undone")
VICTIMS = ("gameday", "worker", "guard", "gameday worker", "gameday guard", "gameday guard worker")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiny]:
    with tiny_place(tmp_path_factory.mktemp("tiny")) as place:
        yield place


@pytest.fixture(autouse=True)
def all_well_between_tests(tiny: Tiny) -> Iterator[None]:
    """Each test begins with two whole containers, and leaves the host as it found it."""
    before = picture(tiny.project, names(tiny))
    yield
    end_all(tiny)
    tiny.page.value = 0.0
    tiny.page.mute.clear()
    recovered = tiny.gameday("recover")
    assert recovered.code == 0, recovered.err
    as_before(tiny, before)


def as_before(tiny: Tiny, before: dict[str, Any], after_what: str = "") -> None:
    """The host's own rules about others' networks, which come and go meanwhile, may be a moment behind them."""
    after: dict[str, Any] = {}

    def is_so() -> bool:
        after.update(picture(tiny.project, names(tiny)))
        return not differences(before, after)

    with contextlib.suppress(AssertionError):
        await_that(is_so, 5, "the host as before")
    assert not differences(before, after), after_what


def names(tiny: Tiny) -> list[str]:
    return [f"{tiny.project}-one", f"{tiny.project}-two"]


def end_all(tiny: Tiny) -> None:
    for process in tiny.started:
        if process.poll() is None:
            process.kill()
            process.wait(10)
    tiny.started.clear()


def armed(tiny: Tiny, name: str = "armed", *faults: dict[str, Any], **changes: Any) -> tuple[Any, Path]:
    process, drill = tiny.start(tiny.drill(name, *faults, **changes))
    tiny.await_event(drill, "fault.armed")
    return process, drill


def worker_of(drill: Path) -> int:
    return next((int(line["pid"]) for line in read_ledger(drill / "ledger.jsonl").of("process") if line["role"] == "worker"), 0)


def kill(*pids: int, number: signal.Signals = signal.SIGKILL) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def running(tiny: Tiny, within: float = 2.0, service: str = "one") -> None:
    await_that(lambda: tiny.status(service) == "running", within, f"{service} running; it is {tiny.status(service)}")


def ended(process: Any, within: float = 30) -> int:
    await_that(lambda: process.poll() is not None, within, "the drill's end")
    return int(process.returncode)


def all_over(drill: Path) -> None:
    """I2, I4: every fault is over, the timeline is a whole chain, no process of the drill lives."""
    page = read_ledger(drill / "ledger.jsonl")
    assert page.open == (), [(f.fault, f.state, f.detail) for f in page.open]
    damage = read_timeline(drill / "timeline.jsonl")[0].damage
    before_its_first_event = damage in ("timeline.jsonl is missing", "timeline.jsonl is empty") and not page.faults
    assert damage == "" or before_its_first_event, damage
    for line in page.of("process"):
        await_that(partial(is_gone, int(line["pid"]), str(line["ticks"])), 5, f"the end of the {line['role']}")


def locks(tiny: Tiny) -> str:
    return tiny.docker("ps", "-a", "--filter", f"name=gameday-lock-{tiny.project}", "--format", "{{.Names}}")


def test_killed_before_anything_was_broken(tiny: Tiny) -> None:
    process, drill = tiny.start(tiny.drill("early"))
    tiny.await_event(drill, "drill.started")
    process.kill()
    ended(process)
    assert tiny.gameday("recover").code == 0
    assert (read_ledger(drill / "ledger.jsonl").faults, tiny.status(), locks(tiny)) == ((), "running", "")


def test_guard_and_drill_killed_the_next_command_puts_it_back_and_doctor_says_so_meanwhile(tiny: Tiny) -> None:
    process, drill = armed(tiny)
    guard, worker = guard_of(process.pid), worker_of(drill)
    kill(guard, process.pid, worker)
    ended(process)
    assert tiny.status() == "paused"
    doctor = tiny.gameday("doctor")
    assert doctor.code == 4
    assert "container_pause on one" in doctor.out
    told = tiny.gameday("recover", "--dry-run")
    assert "container_pause on one left" in told.out
    assert tiny.status() == "paused", "a dry run does nothing"
    ran = tiny.run(tiny.drill("next", pause("two", "500ms")))
    assert "put back first, left by an earlier drill: f1 on one" in ran.err
    running(tiny)
    all_over(drill)


def test_without_its_ledger_a_fault_is_put_back_from_the_lock(tiny: Tiny) -> None:
    process, drill = armed(tiny)
    kill(guard_of(process.pid), process.pid, worker_of(drill))
    ended(process)
    shutil.rmtree(drill)
    shutil.rmtree(tiny.root / "state")
    doctor = tiny.gameday("doctor")
    assert (doctor.code, f"the lock gameday-lock-{tiny.project}-one" in doctor.out) == (4, True), doctor.out
    told = tiny.gameday("recover", "--dry-run").out
    assert f"docker unpause {tiny.container('one')[:12]}" in told
    assert tiny.gameday("recover").code == 0
    assert (tiny.status(), locks(tiny)) == ("running", "")


def test_a_folder_that_is_removed_while_armed_hides_nothing_from_the_guard(tiny: Tiny) -> None:
    process, drill = armed(tiny)
    shutil.rmtree(drill)
    kill(process.pid)
    running(tiny)
    ended(process)


def test_a_guard_that_was_stopped_does_nothing_when_it_wakes_up_late(tiny: Tiny) -> None:
    process, drill = armed(tiny)
    guard = guard_of(process.pid)
    kill(guard, number=signal.SIGSTOP)
    try:
        kill(process.pid, worker_of(drill))
        ended(process)
        assert tiny.gameday("recover").code == 0
        assert tiny.status() == "running"
        tiny.docker("pause", tiny.container("one"))
    finally:
        kill(guard, number=signal.SIGCONT)
    await_that(lambda: not Path(f"/proc/{guard}").exists() or b"gameday" not in Path(f"/proc/{guard}/cmdline").read_bytes(), 10, "its end")
    assert tiny.status() == "paused", "somebody else's pause is not the guard's to end"
    tiny.docker("unpause", tiny.container("one"))


@pytest.mark.parametrize("times", [1, 2, 5])
def test_signals_end_it_once_however_many_come(tiny: Tiny, times: int) -> None:
    process, drill = armed(tiny)
    for n in range(times):
        kill(process.pid, number=signal.SIGINT if n < 4 else signal.SIGTERM)
        if n == 0:
            tiny.await_event(drill, "drill.aborted") if times > 2 else None
    assert ended(process) == 130, tiny.log()
    assert "Traceback" not in tiny.log()
    assert tiny.status() == "running"
    assert review_of(drill)["drill"]["outcome"] == "aborted"
    all_over(drill)


@pytest.mark.parametrize("lines", [1, 5])
def test_a_reader_that_goes_away_ends_nothing_unsaid(tiny: Tiny, lines: int) -> None:
    """After one line nothing has begun; after five the fault is in effect."""
    words = f"{sys.executable} -m gameday run {tiny.drill('piped')} --responders none 2>&1 | head -{lines}; exit ${{PIPESTATUS[0]}}"
    before = tiny.drills()
    done = subprocess.run(
        ["bash", "-c", words], cwd=tiny.root, env=tiny.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    (drill,) = tiny.drills() - before
    assert (read_ledger(drill / "ledger.jsonl").open, tiny.status(), locks(tiny)) == ((), "running", "")
    if lines > 1:
        assert done.returncode == 141
        assert [e["kind"] for e in events(drill)][-1] == "drill.closed"
        assert review_of(drill)["drill"]["outcome"] == "aborted"
        all_over(drill)


@pytest.mark.parametrize("how", ["removed", "recreated", "restarted", "unpaused"])
def test_what_others_do_to_the_target_is_respected(tiny: Tiny, how: str) -> None:
    process, drill = armed(tiny, f"others-{how}", pause(for_="3s"))
    was, api = tiny.container("one"), docker.APIClient(version="auto")
    try:
        match how:
            case "restarted":
                api.restart(was, timeout=0)
            case "unpaused":
                api.unpause(was)
            case _:
                api.remove_container(was, force=True)
                if how == "recreated":
                    tiny.docker("pause", containers(api, tiny.project, "one"))
        code = ended(process)
        assert code in (0, 1), tiny.log()
        (fault,) = read_ledger(drill / "ledger.jsonl").faults
        assert fault.state == ("undone" if how == "unpaused" else "lost")
        if how == "recreated":
            assert tiny.status() == "paused", "the new container is not ours to touch"
            tiny.docker("unpause", tiny.container("one"))
        assert review_of(drill)["safety"]["left"] == []
        assert "end_state" in {v["key"] for v in review_of(drill)["verdicts"]}
        if how == "removed":
            containers(api, tiny.project, "one")
    finally:
        api.close()


def test_two_stores_on_one_daemon_cannot_hit_one_target(tiny: Tiny) -> None:
    process, _ = armed(tiny)
    second = tiny.run(tiny.drill("second"), XDG_STATE_HOME=str(tiny.root / "another-state"))
    assert second.code == 3, second.err
    assert f"{tiny.project}-one is locked by drill" in second.err
    beside = tiny.run(tiny.drill("beside", pause("two", "500ms")), XDG_STATE_HOME=str(tiny.root / "another-state"))
    assert beside.code == 0, beside.err
    assert tiny.status() == "paused", "another target's drill, and its sweep, leave this one alone"
    kill(process.pid, number=signal.SIGTERM)
    assert ended(process) == 143


def test_recover_twice_at_once_undoes_once_and_never_harms_a_living_drill(tiny: Tiny) -> None:
    process, drill = armed(tiny)
    assert tiny.gameday("recover").out.strip() == "nothing is left over"
    assert tiny.status() == "paused"
    kill(guard_of(process.pid), process.pid, worker_of(drill))
    ended(process)
    both = [tiny.begin("recover") for _ in range(2)]
    assert [ended(p) for p in both] == [0, 0], tiny.log()
    assert tiny.status() == "running"
    all_over(drill)


def test_no_data_for_an_abort_condition_stops_the_drill_unless_that_is_allowed(tiny: Tiny) -> None:
    condition = {"probe": "number", "above": 5}
    process, drill = armed(tiny, "no-data", abort_when=[condition])
    tiny.page.mute.set()
    assert ended(process) == 5, tiny.log()
    assert "could not be read 3 times in a row" in review_of(drill)["drill"]["note"]
    assert tiny.status() == "running"
    tiny.page.mute.clear()
    process, drill = armed(tiny, "may-be-blind", pause(for_="10s"), abort_when=[condition | {"on_error": "ignore"}])
    tiny.page.mute.set()
    assert ended(process) == 0, tiny.log()
    assert review_of(drill)["drill"]["outcome"] == "completed"


def test_a_torn_ledger_is_used_as_far_as_it_goes_and_that_is_said(tiny: Tiny) -> None:
    process, drill = armed(tiny)
    kill(guard_of(process.pid), process.pid, worker_of(drill))
    ended(process)
    with (drill / "ledger.jsonl").open("a") as file:
        file.write('{"ts":"2026-')
    recovered = tiny.gameday("recover")
    assert (recovered.code, "1 line(s) of its ledger cannot be read" in recovered.err) == (0, True), recovered.err
    assert tiny.status() == "running"


def test_a_full_disk_before_the_deed_breaks_nothing(tiny: Tiny) -> None:
    # No file may grow beyond this: the plan fits, and the canary's many samples reach it before the steady state is met.
    canary = {"url": f"{tiny.page.url}/", "every": "50ms", "timeout": "1s", "bad": "2 of 3", "steady_for": "5s"}
    scenario, before = tiny.drill("full", canary=canary), tiny.drills()
    limited = ["prlimit", "--fsize=9000", sys.executable, "-m", "gameday", "run", scenario, "--responders", "none"]
    done = subprocess.run(limited, cwd=tiny.root, env=tiny.environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 6, done.stderr
    assert "nothing was injected" in done.stderr
    assert [f for d in tiny.drills() - before for f in read_ledger(d / "ledger.jsonl").faults] == []
    assert locks(tiny) == ""


def one_round(tiny: Tiny, dice: random.Random, number: int) -> None:
    """A random drill, killed at a random moment: then I1 to I8."""
    chosen = [{**f, "target": t, "at": "100ms", "for": "1500ms"} for f, t in zip(dice.sample(FAULTS, 2), ("one", "two"), strict=True)]
    chosen = chosen[: dice.choice([1, 1, 2])]
    moment, later, victims = dice.choice(MOMENTS), dice.random() * 0.6, dice.choice(VICTIMS)
    did = f"round {number}: {' and '.join(f['fault'] for f in chosen)}; {victims} killed {later:.2f} s after {moment or 'its begin'}"
    print(did, flush=True)
    before = picture(tiny.project, names(tiny))
    process, drill = tiny.start(tiny.drill(f"random-{number}", *chosen))
    if moment:
        await_that(lambda: process.poll() is not None or any(e["kind"] == moment for e in events(drill)), 40, f"{moment}; {did}")
    time.sleep(later)  # a chosen moment, not a wait for something
    try:
        pids = {"gameday": process.pid, "guard": guard_of(process.pid), "worker": worker_of(drill)}
    except (AssertionError, OSError):
        pids = {"gameday": process.pid, "worker": worker_of(drill)}
    kill(*(pids[v] for v in victims.split() if pids.get(v)))
    code = ended(process, 60)
    killed = code == -signal.SIGKILL
    assert killed or code in (0, 1, 5, 6), f"{did}: code {code}; {tiny.log()}"
    if killed and "guard" not in victims and read_ledger(drill / "ledger.jsonl").faults:
        within = 12 if "container_stop" in did else 5  # a stop that is on its way takes its time
        await_that(lambda: not read_ledger(drill / "ledger.jsonl").open, within, f"the guard; {did}")
    recovered = tiny.gameday("recover")
    assert recovered.code == 0, f"{did}: {recovered.err}"
    all_over(drill)
    as_before(tiny, before, did)
    assert locks(tiny) == "", did
    assert tiny.gameday("recover", "--dry-run").out.strip() == "nothing is left over", did
    if any(e["kind"] == "drill.steady" for e in events(drill)):
        assert tiny.gameday("review", drill.name).code in (0, 1, 5), did
        assert not killed or review_of(drill)["drill"]["outcome"] in ("crashed", "aborted", "invalid", "completed"), did
        assert review_of(drill)["safety"]["left"] == [], did


def rounds(tiny: Tiny, count: int) -> None:
    seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
    print(f"SEED={seed}")
    dice = random.Random(seed)
    for number in range(count):
        one_round(tiny, dice, number)


def test_a_few_random_drills_killed_at_random(tiny: Tiny) -> None:
    rounds(tiny, 3)


@pytest.mark.crash
@pytest.mark.timeout(36_000)
def test_random_drills_killed_at_random(tiny: Tiny) -> None:
    rounds(tiny, max(100, int(os.environ.get("ROUNDS", "100"))))
