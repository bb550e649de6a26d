"""A scenario as an experiment that plain `chaos run` conducts, with gameday's own functions.

Chaos Toolkit knows nothing of alerts, responders and a canary: these stay behind, and are named. The scenario itself goes
along under `extensions`, so that `gameday import` gives it back whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from gameday.conduct.experiment import tolerance
from gameday.model.duration import format_duration
from gameday.model.expectation import Bound
from gameday.model.injection import Injection
from gameday.model.probe import ProbeDefinition
from gameday.model.scenario import SANDBOX, Scenario

MODULE = "gameday.chaostoolkit"
EXTENSION = "gameday"
Experiment = dict[str, Any]
"""An experiment is JSON."""


def exported(scenario: Scenario, name: str, written: Mapping[str, Any], probes: Mapping[str, ProbeDefinition]) -> Experiment:
    """The experiment. `written` is the scenario as its file has it."""
    where = {} if scenario.environment == SANDBOX else {"environment": scenario.environment}
    return {
        "title": scenario.title,
        "description": scenario.about or f"The scenario {name} of gameday, as an experiment.",
        "tags": ["gameday", *scenario.tags],
        "runtime": {"rollbacks": {"strategy": "always"}},
        "steady-state-hypothesis": {
            "title": "Users are served",
            "probes": [_probe(bound, probes[bound.probe], where) for bound in scenario.steady_state],
        },
        "method": list(_method(scenario.faults, where)),
        "rollbacks": [_activity("action", "undo whatever is left", "undo", {})],
        "extensions": [{"name": EXTENSION, "scenario": name, "written": dict(written)}],
    }


def left_behind(scenario: Scenario) -> list[str]:
    """What an experiment has no place for, in words."""
    return [
        "the canary, and with it when users were hurt",
        "expected alerts and their budgets",
        *(["the response of people"] if scenario.runbook else []),
        *(["traffic"] if scenario.traffic else []),
        *(["what ends it early (abort_when)"] if scenario.abort_when else []),
        *(f"{i.fault}, which waits until {i.when}" for i in scenario.faults if i.when),
        *(
            f"the end of {i.fault} when somebody mitigates it: it stays for {format_duration(i.longest)}"
            for i in scenario.faults
            if i.hold and not i.when
        ),
    ]


def _method(injections: tuple[Injection, ...], where: Mapping[str, str]) -> Iterator[Experiment]:
    """Begin and end of each fault in the order of time, with the time between them as activities: pauses leave no trace."""
    certain = [(n, i) for n, i in enumerate(injections) if i.when is None]
    moments = [(i.at, 1, n) for n, i in certain] + [(i.ends, 0, n) for n, i in certain]
    now = timedelta(0)
    for at, begins, number in sorted(moments):
        if at > now:
            yield _activity("action", f"wait until {format_duration(at)}", "wait", {"duration": format_duration(at - now)})
            now = at
        injection = injections[number]
        which = {"fault": injection.fault, "target": injection.target}
        if not begins:
            yield _activity("action", f"undo {injection.fault} on {injection.target}", "undo", which)
            continue
        arguments = {"target": injection.target, **injection.settings, **where, "at_most": format_duration(injection.at_most)}
        arguments |= {"irreversible": True} if injection.irreversible else {}
        yield _activity("action", f"{injection.fault} on {injection.target}", injection.fault, arguments)
        yield {**_activity("probe", f"{injection.fault} on {injection.target} is live", "is_live", which), "tolerance": True}


def _probe(bound: Bound, definition: ProbeDefinition, where: Mapping[str, str]) -> Experiment:
    own = definition.model_dump(mode="json", exclude={"probe", "unit", "about"}, exclude_defaults=True)
    return {**_activity("probe", str(bound), definition.probe, {**own, **where}), "tolerance": tolerance(bound)}


def _activity(kind: str, name: str, function: str, arguments: Mapping[str, Any]) -> Experiment:
    return {"type": kind, "name": name, "provider": {"type": "python", "module": MODULE, "func": function, "arguments": dict(arguments)}}
