"""`make bench`: starts, checks, faults, the network engine and a whole drill. Figures go to standard output and to `build/bench.json`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from bench import coming_up, faults, network
from bench.row import ROUNDS, Row, timed

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SCENARIO = "scenarios/payments-freezes.yaml"


def main() -> int:
    subprocess.run([sys.executable, "-m", "compileall", "-q", "gameday"], cwd=ROOT, check=True)
    rows: list[Row] = []
    for row in chain(starting(), planning(), serving(), faults.rows(), network.rows(), drilling(), coming_up.rows()):
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


def drilling() -> list[Row]:
    """A drill with the sandbox up: what it takes outside its own waiting, and how soon the alert came beside its floor."""
    from gameday.environments.sandbox import Sandbox

    Sandbox(ROOT).up(lambda _: None)
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
    waits = own_waits(folder, moments)
    replayed = timed(lambda: subprocess.run([str(BIN / "gameday"), "review", folder.name], cwd=ROOT, capture_output=True, check=False))
    detect = review["durations"]["time_to_detect"]
    return [
        Row("a drill, from the command to its report", ended - began, "the sum of its own waits", waits),
        Row("a drill outside its timeline", (first - began) + (ended - last), "before its first and after its last event"),
        Row("judging a drill again", replayed, f"{len(moments)} events"),
        Row("time to detect", detect["seconds"], f"detection floor {detect['floor'][0]:.1f} to {detect['floor'][1]:.1f} s"),
    ]


def own_waits(folder: Path, moments: Sequence[Mapping[str, Any]]) -> float:
    """What a drill waits for: the steady state and the offset that its scenario asks for, then alerts, responder and recovery."""
    from gameday.bundle.folder import Folder

    scenario = Folder(folder).record().plan.scenario
    armed = next(_unix(m["observed"]) for m in moments if m["kind"] == "fault.armed")
    kinds = ("alert.", "page.", "incident.", "change.", "comm.", "note", "fault.undone")
    expected = [m for m in moments if m["kind"].startswith(kinds) and m["subject"]["name"] != scenario.expect.alerts.heartbeat]
    planned = scenario.canary.steady_for + max((f.at for f in scenario.faults), default=timedelta(0))
    return planned.total_seconds() + _unix(expected[-1]["observed"]) - armed


def _unix(text: str) -> float:
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
