"""`make bench`: starts, checks, faults, the network engine and a whole drill. Figures go to standard output and to `build/bench.json`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from bench import network
from bench.row import ROUNDS, Row, timed

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SCENARIO = "scenarios/payments-freezes.yaml"


def main() -> int:
    subprocess.run([sys.executable, "-m", "compileall", "-q", "gameday"], cwd=ROOT, check=True)
    rows: list[Row] = []
    for row in chain(starting(), planning(), serving(), arming(), network.rows(), drilling()):
        rows.append(row)
        print(row.text(), flush=True)
    (ROOT / "build").mkdir(exist_ok=True)
    table = [
        {
            "what": r.what,
            "ours_seconds": r.ours,
            "ours_p95": r.p95,
            "beside": r.beside,
            "theirs_seconds": r.theirs,
            "theirs_p95": r.theirs_p95,
        }
        for r in rows
    ]
    (ROOT / "build" / "bench.json").write_text(json.dumps(table, indent=2) + "\n")
    return 0


def starting() -> list[Row]:
    """Commands that only start and read."""
    gameday, chaos = str(BIN / "gameday"), str(BIN / "chaos")
    with tempfile.TemporaryDirectory() as folder:
        experiment = Path(folder) / "experiment.json"
        experiment.write_text(json.dumps({"title": "x", "description": "x", "method": []}))
        # In a folder of its own: it leaves a log wherever it is called.
        help_, chaos_help = side_by_side([gameday, "--help"], [chaos, "--help"], Path(folder))
        check, validate = side_by_side([gameday, "check", "scenarios/"], [chaos, "validate", str(experiment)], Path(folder))
    return [
        Row("gameday --help", help_, "chaos --help", chaos_help),
        Row("gameday check scenarios/", check, "chaos validate", validate),
    ]


def planning() -> list[Row]:
    """1,000 schedules that are asked which of them is due next."""
    from bench.agenda import COUNT, growth, next_due

    first, again = next_due(ROUNDS)
    return [
        Row(f"next due of {COUNT} schedules, first answer", first, "at most 50 ms"),
        Row(f"next due of {COUNT} schedules, a minute later", again, f"grows by {growth() / 1000:.0f} kB in a year of answers"),
    ]


def serving() -> list[Row]:
    """A server with a thousand schedules."""
    from bench.serving import slot_starts

    median, worst = slot_starts()
    return [Row("a due slot until its drill starts", median, f"the slowest of a dozen: {worst * 1000:.0f} ms; it may take 1000")]


def arming() -> list[Row]:
    """Pausing a container through our fault, with its undo prepared, beside the raw call to Docker."""
    import docker

    from gameday.environments.sandbox import Sandbox
    from gameday.faults.container_pause import ContainerPause

    sandbox = Sandbox(ROOT)
    sandbox.up(lambda _: None)
    target, fault, raw_docker = sandbox.target("payments"), ContainerPause(), docker.APIClient()
    ours, raw = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: fault.inject(sandbox, target)))
        raw_docker.unpause(target.container)
        raw.append(timed(lambda: raw_docker.pause(target.container)))
        raw_docker.unpause(target.container)
    return [Row("arming container_pause", statistics.median(ours), "docker pause by the SDK", statistics.median(raw))]


def drilling() -> list[Row]:
    """A drill with the sandbox up: what it takes outside its own waiting, and how soon the alert came beside its floor."""
    before = {p.name for p in (ROOT / "reports").iterdir()} if (ROOT / "reports").is_dir() else set()
    began = time.time()
    command = [str(BIN / "gameday"), "run", SCENARIO, "--responders", "responders/perfect.yaml", "--keep-sandbox", "-o", "json"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    ended = time.time()
    if done.returncode not in (0, 1):
        print(done.stderr[-2_000:], file=sys.stderr)
        raise SystemExit(f"the drill ended with code {done.returncode}")
    review = json.loads(done.stdout)
    (folder,) = [p for p in (ROOT / "reports").iterdir() if p.name not in before]
    moments = [json.loads(line) for line in (folder / "timeline.jsonl").read_text().splitlines()]
    first, last = (_unix(moments[i]["observed"]) for i in (0, -1))
    replayed = timed(lambda: subprocess.run([str(BIN / "gameday"), "review", folder.name], cwd=ROOT, capture_output=True, check=False))
    detect = review["durations"]["time_to_detect"]
    return [
        Row("a drill outside its own waiting", (first - began) + (ended - last), "before its first and after its last event"),
        Row("judging a drill again", replayed, f"{len(moments)} events"),
        Row("time to detect", detect["seconds"], f"detection floor {detect['floor'][0]:.1f} to {detect['floor'][1]:.1f} s"),
    ]


def _unix(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def side_by_side(ours: Sequence[str], theirs: Sequence[str], there: Path) -> tuple[float, float]:
    """Medians of two commands, run in turn, so that both meet the same noise. Theirs is called in the folder `there`."""
    a, b = [], []
    for _ in range(ROUNDS):
        a.append(timed(lambda: quiet(ours)))
        b.append(timed(lambda: quiet(theirs, there)))
    return statistics.median(a), statistics.median(b)


def quiet(command: Sequence[str], cwd: Path = ROOT) -> None:
    subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main())
