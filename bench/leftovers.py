"""What is left behind: the same container is frozen by plain `chaos run` and by `gameday run`, and each is ended while it is.

`python -m bench.leftovers` prints this part alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.many import many
from bench.row import Row, p95
from bench.small import Small, small

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


def kills(place: Small) -> list[Row]:
    seconds = killed(place)
    return [Row("free after kill -9 of gameday run", statistics.median(seconds), f"{KILLS} times", p95=p95(seconds))]


def main() -> int:
    with small(TARGETS) as place:
        print("A frozen container after the one who froze it was ended:")
        for one in leftovers(place):
            print(one.text(), flush=True)
        for row in (*kills(place), *many(place)):
            print(row.text(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
