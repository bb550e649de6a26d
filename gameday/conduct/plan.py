"""Scenario → Plan: targets resolved, undo read, everything hashed. Reads only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import ValidationError

from gameday.catalog import fault_of
from gameday.conduct.preflight import refuse_blinding, refuse_irreversible, refuse_too_wide, refuse_what_is_not_allowed
from gameday.environments import DrillEnvironment
from gameday.errors import Refused
from gameday.model.injection import Injection
from gameday.model.plan import Plan, PlannedFault, Responders, Target
from gameday.model.probe import ProbeDefinition
from gameday.model.protocols import Fault
from gameday.model.runbook import Runbook
from gameday.model.scenario import Scenario
from gameday.model.services import Services
from gameday.model.settings import Settings
from gameday.model.undo import Undo

NO_PROBES: Mapping[str, ProbeDefinition] = MappingProxyType({})


def make_plan(
    scenario: Scenario, environment: DrillEnvironment, *, drill: str, name: str, services: Services, runbook: Runbook | None,
    responders: Responders, no_fault: bool, settings: Settings = Settings(), probes: Mapping[str, ProbeDefinition] = NO_PROBES,
) -> Plan:  # fmt: skip
    """Resolve targets and read what would have to be put back. Raises Refused or InvalidInput; changes nothing."""
    if not no_fault:
        refuse_what_is_not_allowed(scenario, settings)
        refuse_blinding(scenario.faults, settings, environment.monitoring)
    faults = () if no_fault else tuple(_planned(i, injection, environment) for i, injection in enumerate(scenario.faults, 1))
    for planned, injection in zip(faults, scenario.faults, strict=False):
        refuse_irreversible(planned.undo, injection, settings)
    stops = {bound.probe: probes[bound.probe].model_dump(mode="json") for bound in scenario.abort_when if bound.probe in probes}
    for target in {f.target.container: f.target for f in faults}.values():
        refuse_too_wide(target, environment, settings.limits)
    plan = Plan(
        drill=drill, name=name, scenario=scenario, services=services, runbook=runbook,
        responders=responders, no_fault=no_fault, faults=faults, sources=environment.sources,
        docker=settings.environments.get(scenario.environment), daemon=environment.daemon.written(),
        parallel_faults=settings.limits.parallel_faults, stops=stops,
        allowed_commands=settings.probes.commands, rules_off=settings.rules.off,
    )  # fmt: skip
    return plan.model_copy(update={"hash": plan_hash(plan)})


def canonical(plan: Plan) -> str:
    """What an approval is for, as JSON with one spelling: keys in order, nothing between them."""
    parts = {
        "scenario": plan.scenario.model_dump(mode="json"),
        "place": {"environment": plan.scenario.environment, "daemon": plan.daemon.get("host", "")},
        "targets": [f.target.model_dump(mode="json") for f in plan.faults],
        "undo": [[s.model_dump(mode="json") for s in f.undo.steps] for f in plan.faults],
        "limits": {"lives_at_most_seconds": [f.lives_at_most_seconds for f in plan.faults], "parallel_faults": plan.parallel_faults},
        "stops": plan.stops,
        "no_fault": plan.no_fault,
    }
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plan_hash(plan: Plan) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(plan).encode()).hexdigest()


def _planned(number: int, injection: Injection, environment: DrillEnvironment) -> PlannedFault:
    fault, target = fault_of(injection), environment.target(injection.target)
    return PlannedFault(
        id=f"f{number}",
        fault=injection.fault,
        target=target,
        undo=_undo(injection, fault, environment, target),
        starts_after_seconds=injection.at.total_seconds(),
        lives_at_most_seconds=injection.longest.total_seconds(),
        waits_at_most_seconds=injection.waits.total_seconds(),
    )


def _undo(injection: Injection, fault: Fault, environment: DrillEnvironment, target: Target) -> Undo:
    """Raises Refused where nothing would put the fault back."""
    try:
        return fault.prepare(environment, target)
    except ValidationError as wrong:
        if any(error["loc"] == ("steps",) for error in wrong.errors()):
            raise Refused(f"{injection.fault} registers no undo, so nothing would put {target.name} back; it is not injected") from wrong
        raise
