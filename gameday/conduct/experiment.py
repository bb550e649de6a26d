"""A Plan as a Chaos Toolkit experiment: steady state, inject, look, hold, undo, and the undo again as a rollback."""

from __future__ import annotations

import math
from typing import Any

from gameday.model.duration import format_duration
from gameday.model.expectation import Bound
from gameday.model.plan import Plan, PlannedFault

ACTIVITIES = "gameday.conduct.activities"
FAR = 1e300
"""Stands for no bound: a range needs two ends."""


def experiment(plan: Plan) -> dict[str, Any]:
    """The experiment as Chaos Toolkit reads it. Holds are activities, since its own pauses leave no trace."""
    # What was broken last is put back first.
    undos = [_undo(fault) for fault in sorted(plan.faults, key=_start)[::-1]]
    return {
        "title": plan.scenario.title,
        "description": plan.scenario.about or f"gameday drill {plan.drill}",
        "tags": ["gameday", *plan.scenario.tags],
        "configuration": {},
        "steady-state-hypothesis": {
            "title": "Users are served",
            "probes": [_probe(bound) for bound in plan.scenario.steady_state],
        },
        "method": [*_method(plan), *undos],
        "rollbacks": undos,
    }


def _method(plan: Plan) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    injections = () if plan.no_fault else plan.scenario.faults
    # Those that wait for something come last: while it is waited for the others, they are injected on the way.
    for fault, injection in sorted(zip(plan.faults, injections, strict=True), key=lambda pair: (bool(pair[1].when), _start(pair[0]))):
        name = f"{fault.fault} on {fault.target.service}"
        if injection.when:
            steps.append(_activity("action", f"inject {name} when {injection.when}", "inject_when_triggered", fault=fault.id))
            continue
        steps.append(_activity("action", f"wait until {format_duration(injection.at)}", "wait_until", seconds=fault.starts_after_seconds))
        steps.append(_activity("action", f"inject {name}", "inject", fault=fault.id))
        steps.append(_activity("probe", f"{name} is live", "is_live", fault=fault.id))
    return [*steps, _activity("action", "hold", "hold")] if steps else []


def _start(fault: PlannedFault) -> float:
    return fault.starts_after_seconds


def _undo(fault: PlannedFault) -> dict[str, Any]:
    return _activity("action", f"undo {fault.fault} on {fault.target.service}", "undo", fault=fault.id)


def tolerance(bound: Bound) -> dict[str, Any]:
    """A bound as Chaos Toolkit's range, whose both ends belong to it."""
    low = max(bound.at_least if bound.at_least is not None else -FAR, _next(bound.above, math.inf, -FAR))
    high = min(bound.at_most if bound.at_most is not None else FAR, _next(bound.below, -math.inf, FAR))
    return {"type": "range", "range": [low, high]}


def _probe(bound: Bound) -> dict[str, Any]:
    return {**_activity("probe", str(bound), "ask", probe=bound.probe), "tolerance": tolerance(bound)}


def _next(edge: float | None, towards: float, otherwise: float) -> float:
    return otherwise if edge is None else math.nextafter(edge, towards)


def _activity(kind: str, name: str, function: str, **arguments: Any) -> dict[str, Any]:
    provider = {"type": "python", "module": ACTIVITIES, "func": function, "arguments": arguments}
    return {"type": kind, "name": name, "provider": provider}
