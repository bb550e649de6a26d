"""`python -m gameday.conduct.worker FOLDER ROOT`: runs one experiment with Chaos Toolkit, in its own process.

Its own session and process group, so that it can be ended as a whole. It gets everything ready, says so in its log, and
waits for the order `begin STEADY_AT` on standard input; the other orders are for `activities.py`. Standard input at its end
means that the supervisor is gone: before the beginning nothing was done, and it ends.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import sys
from pathlib import Path
from typing import Any

from chaoslib.experiment import ensure_experiment_is_valid, run_experiment
from chaoslib.run import RunEventHandler

from gameday.bundle.folder import Folder
from gameday.catalog import environment_of, fault_of, probe_of
from gameday.conduct.activities import Stage, WorkerLog, set_stage
from gameday.model.plan import Plan
from gameday.model.probe import probe_definitions
from gameday.undo.ledger import Ledger

SETTINGS = {"runtime": {"rollbacks": {"strategy": "always"}}}
"""Anything else skips the rollbacks when a run is interrupted."""


class Handler(RunEventHandler):  # type: ignore[misc]  # chaoslib has no types
    """Says in `worker.jsonl` where Chaos Toolkit is. What it raises is swallowed there, so it only observes."""

    def __init__(self, log: WorkerLog) -> None:
        self._log = log

    def start_method(self, experiment: Any, iteration_index: int = 0) -> None:
        self._log("toolkit.method")

    def start_rollbacks(self, experiment: Any, journal: Any) -> None:
        self._log("toolkit.rollbacks")

    def hypothesis_before_completed(self, experiment: Any, state: Any, journal: Any) -> None:
        self._log("toolkit.hypothesis", met=bool(state and state.get("steady_state_met")))


def main(arguments: list[str]) -> int:
    folder, root = Folder(Path(arguments[0])), Path(arguments[1])
    plan = Plan.model_validate_json(folder.plan.read_bytes())
    log = WorkerLog(folder.worker_log)
    environment = environment_of(plan.scenario, root, plan.docker)
    if tried := {f.undo.before["back_end"]: "" for f in plan.faults if "back_end" in f.undo.before}:
        # What the plan found out by trying; trying again would delay the injection.
        environment.recall(tried)
    definitions = probe_definitions((folder.path / "probes.json").read_bytes())
    faults = {p.id: fault_of(i) for p, i in zip(plan.faults, plan.scenario.faults, strict=True)}
    probes = {name: probe_of(definition, environment, plan.allowed_commands) for name, definition in definitions.items()}
    ledger = Ledger(folder.ledger)
    experiment = json.loads(folder.experiment.read_bytes())
    ensure_experiment_is_valid(copy.deepcopy(experiment))
    with contextlib.suppress(Exception):  # the daemon may be away; who injects will say so
        environment.containers()
    log("toolkit.ready")
    steady_at = _await_begin()
    if steady_at is None:
        return 0
    set_stage(Stage(plan=plan, environment=environment, faults=faults, probes=probes, ledger=ledger, log=log, steady_at=steady_at))
    journal = run_experiment(experiment, settings=SETTINGS, event_handlers=[Handler(log)])
    _write_journal(folder.journal, journal)
    log("toolkit.finished", status=journal["status"], deviated=bool(journal["deviated"]))
    return 0


def _await_begin() -> float | None:
    """When the steady state was met, as the order says; None where the supervisor went away before. Takes no more than its line."""
    said = b""
    while not said.endswith(b"\n"):
        if not (byte := os.read(0, 1)):
            return None
        said += byte
    word, at = said.decode().split()
    if word != "begin":
        raise ValueError(f"the first order is begin, not {word[:40]!r}")
    return float(at)


def _write_journal(path: Path, journal: Any) -> None:
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(json.dumps(journal, default=str, indent=1))
    os.replace(temporary, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
