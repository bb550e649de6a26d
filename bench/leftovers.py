"""What is left behind: the same container is frozen by plain `chaos run` and by `gameday run`, and each is ended while it is.

`python -m bench.leftovers` prints this part alone.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.small import Small, small, timed

BIN = Path(sys.executable).parent
WATCHED = 3.0
"""Seconds after the signal in which the container has to run again."""
LEASE = 14.0
"""The same where the process only hangs: the guard waits for its lease of ten seconds."""
TARGETS = 20
KILLS = 10
SIGNALS: dict[str, tuple[signal.Signals, ...]] = {
    "SIGINT": (signal.SIGINT,),
    "SIGTERM": (signal.SIGTERM,),
    "SIGHUP": (signal.SIGHUP,),
    "SIGKILL": (signal.SIGKILL,),
    "SIGSTOP": (signal.SIGSTOP,),
    "SIGTERM twice": (signal.SIGTERM, signal.SIGTERM),
}


@dataclass(frozen=True)
class Freezer:
    """A command that freezes one of the containers."""

    who: str
    words: Sequence[str | Path]
    container: int


@dataclass(frozen=True)
class Ended:
    """What became of the container after a signal: seconds until it ran again, None where it stayed frozen."""

    how: str
    seconds: dict[str, float | None]

    def text(self) -> str:
        cells = (f"{who}: {'STILL FROZEN' if s is None else f'free after {s * 1000:.0f} ms'}" for who, s in self.seconds.items())
        return f"{self.how:15} {'   '.join(f'{cell:42}' for cell in cells)}".rstrip()


@dataclass(frozen=True)
class Left:
    """What became of all, and the figures beside it in seconds."""

    ended: tuple[Ended, ...]
    figures: dict[str, float]


def freezers(place: Small) -> list[Freezer]:
    """Chaos Toolkit as it comes, the same told always to play rollbacks, and gameday: a container each."""
    chaos: list[str | Path] = [BIN / "chaos", "run"]
    return [
        Freezer("chaos run", [*chaos, _experiment(place, 1)], 1),
        Freezer("the same, rollbacks always", [*chaos, "--rollback-strategy", "always", _experiment(place, 2)], 2),
        Freezer("gameday run", [BIN / "gameday", "run", "scenarios/small.yaml", "--responders", "none"], 0),
    ]


def _experiment(place: Small, number: int) -> Path:
    """As its manual writes it: a program that freezes, a pause, a rollback."""
    docker = {"type": "process", "path": "docker", "timeout": 10}
    container, path = place.containers[number], place.root / f"experiment-{number}.json"
    freeze = {"type": "action", "name": "freeze", "provider": {**docker, "arguments": ["pause", container]}, "pauses": {"after": 120}}
    thaw = {"type": "action", "name": "thaw", "provider": {**docker, "arguments": ["unpause", container]}}
    path.write_text(json.dumps({"title": "x", "description": "x", "method": [freeze], "rollbacks": [thaw]}))
    return path


def leftovers(place: Small) -> Iterator[Ended]:
    """All three at the same time, signal by signal."""
    with ThreadPoolExecutor() as at_once:
        for how, signals in SIGNALS.items():
            patience = LEASE if how == "SIGSTOP" else WATCHED
            asked = {f.who: at_once.submit(ended, place, f, signals, patience) for f in freezers(place)}
            yield Ended(how, {who: answer.result() for who, answer in asked.items()})


def ended(place: Small, freezer: Freezer, signals: Sequence[signal.Signals], patience: float) -> float | None:
    """Freeze, end, and watch. Whatever was left is put right afterwards."""
    number, process = freezer.container, place.begin(freezer.words)
    try:
        if place.until(number, "paused", 20) is None:
            raise SystemExit(f"{freezer.who} did not freeze the container: {(place.root / 'said.log').read_text()[-1_500:]}")
        time.sleep(0.3)  # in the middle of it, not in its first moment
        for one in signals:
            process.send_signal(one)
        return place.until(number, "running", patience)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        if place.until(number, "running", 1) is None:
            place.api.unpause(place.containers[number])


def killed(place: Small) -> list[float]:
    """Seconds to a free container after `kill -9` of gameday, several times."""
    freezer = freezers(place)[-1]
    found = [ended(place, freezer, (signal.SIGKILL,), WATCHED) for _ in range(KILLS)]
    if None in found:
        raise SystemExit("a fault outlived gameday")
    return sorted(s for s in found if s is not None)


def many(place: Small) -> tuple[float, float, float, float]:
    """Arming and undoing all containers as a drill does, ledger and reading back included; then by bare calls to Docker."""
    from gameday.chaostoolkit.standing import place as named
    from gameday.faults.container_pause import ContainerPause
    from gameday.undo.docker_host import DockerHost
    from gameday.undo.ledger import Ledger
    from gameday.undo.put_back import put_back

    environment, fault = named("small", str(place.root)).environment, ContainerPause()
    targets = [environment.target(f"s{number}") for number in range(TARGETS)]
    ledger = Ledger(place.root / "many.jsonl")

    def arm() -> None:
        for number, target in enumerate(targets):
            undo = fault.prepare(environment, target).model_dump(mode="json")
            ledger.intend(fault=f"f{number}", name=fault.name, target=target.service, by="bench", undo=undo)
            fault.inject(environment, target)
            assert fault.is_live(environment, target)
            ledger.append("armed", fault=f"f{number}", by="bench")

    def each(call: Callable[[str], None]) -> None:
        for container in place.containers:
            call(container)

    ours = timed(arm), timed(lambda: put_back(ledger, "bench", DockerHost()))
    raw = timed(lambda: each(place.api.pause)), timed(lambda: each(place.api.unpause))
    assert not ledger.read().open
    ledger.close()
    return (*ours, *raw)


def measured() -> Left:
    """All of it, in about a minute, with containers of its own that are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, small(Path(folder), TARGETS) as place:
        rows, seconds = tuple(leftovers(place)), killed(place)
        arm, undo, pause, unpause = many(place)
        subprocess.run(
            [BIN / "gameday", "recover"],
            cwd=folder,
            env={**os.environ, "XDG_STATE_HOME": f"{folder}/state"},
            capture_output=True,
            check=True,
        )
    figures = {
        "free after kill -9 of gameday run, p50": statistics.median(seconds), "the same, p95": seconds[math.ceil(0.95 * len(seconds)) - 1],
        f"arming {TARGETS} targets": arm, f"undoing {TARGETS} targets": undo, f"{TARGETS} bare calls to pause": pause, "and to unpause": unpause,
    }  # fmt: skip
    return Left(rows, figures)


def lines(left: Left) -> Iterator[str]:
    yield "A frozen container after the one who froze it was ended:"
    yield from (row.text() for row in left.ended)
    yield from (f"{what:46} {seconds * 1000:9.1f} ms" for what, seconds in left.figures.items())


if __name__ == "__main__":
    for said in lines(measured()):
        print(said)
