"""Scenario → Plan: targets resolved, undo read, everything hashed. Reads only."""

from __future__ import annotations

import hashlib
import json

from gameday.catalog import fault_of
from gameday.conduct.preflight import refuse_too_many, refuse_too_wide
from gameday.environments import DrillEnvironment
from gameday.model.injection import Injection
from gameday.model.plan import Plan, PlannedFault, Responders
from gameday.model.runbook import Runbook
from gameday.model.scenario import Scenario
from gameday.model.services import Services
from gameday.model.settings import Settings


def make_plan(
    scenario: Scenario, environment: DrillEnvironment, *, drill: str, name: str, services: Services, runbook: Runbook | None,
    responders: Responders, no_fault: bool, settings: Settings = Settings(),
) -> Plan:  # fmt: skip
    """Resolve targets and read what would have to be put back. Raises Refused or InvalidInput; changes nothing."""
    if not no_fault:
        refuse_too_many(scenario, settings)
    faults = () if no_fault else tuple(_planned(i, injection, environment) for i, injection in enumerate(scenario.faults, 1))
    for target in {f.target.container: f.target for f in faults}.values():
        refuse_too_wide(target, environment, settings.limits)
    plan = Plan(
        drill=drill, name=name, scenario=scenario, services=services, runbook=runbook,
        responders=responders, no_fault=no_fault, faults=faults, sources=environment.sources,
        docker=settings.environments.get(scenario.environment),
        allowed_commands=settings.probes.commands, rules_off=settings.rules.off,
    )  # fmt: skip
    return plan.model_copy(update={"hash": plan_hash(plan)})


def plan_hash(plan: Plan) -> str:
    """SHA-256 over scenario, targets, undo steps and limits: what an approval is for."""
    parts = {
        "scenario": plan.scenario.model_dump(mode="json"),
        "targets": [f.target.model_dump(mode="json") for f in plan.faults],
        "undo": [[s.model_dump(mode="json") for s in f.undo.steps] for f in plan.faults],
        "limits": [f.lives_at_most_seconds for f in plan.faults],
        "no_fault": plan.no_fault,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _planned(number: int, injection: Injection, environment: DrillEnvironment) -> PlannedFault:
    fault, target = fault_of(injection), environment.target(injection.target)
    return PlannedFault(
        id=f"f{number}",
        fault=injection.fault,
        target=target,
        undo=fault.prepare(environment, target),
        starts_after_seconds=injection.at.total_seconds(),
        lives_at_most_seconds=injection.longest.total_seconds(),
    )
