"""`gameday plan`: what a drill would do, in plain words or as JSON. Reads only."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.catalog import environment_of
from gameday.commands.options import OUTPUT
from gameday.commands.reading import request_for
from gameday.conduct.plan import make_plan
from gameday.errors import Missing
from gameday.model.duration import format_duration
from gameday.model.plan import Plan
from gameday.model.safe_text import safe
from gameday.model.undo import UndoStep


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Override one of the scenario's vars.")
@click.option("--no-fault", is_flag=True, help="Plan the control run.")
@OUTPUT
def command(scenario: Path, variables: tuple[str, ...], no_fault: bool, output: str) -> None:
    """Say what will be broken, where, how it is undone, what stops it early, and how long it may take."""
    request = request_for(scenario, "human", no_fault, False, variables)
    environment = environment_of(request.scenario, request.root)
    if not environment.containers():
        raise Missing("the sandbox is not up, so targets cannot be resolved; start it with `gameday sandbox up`")
    plan = make_plan(
        request.scenario, environment, drill="", name=request.source.stem, services=request.services, runbook=request.runbook,
        responders=request.responders, no_fault=no_fault, settings=request.settings,
    )  # fmt: skip
    if output == "json":
        click.echo(plan.model_dump_json(indent=2, by_alias=True))
    else:
        for line in _words(plan):
            click.echo(safe(line, 1_000))


def _what(step: UndoStep) -> str:
    """What an undo step acts on."""
    return step.arguments.get("sidecar") or step.arguments.get("container", "")[:12]


def _words(plan: Plan) -> list[str]:
    scenario = plan.scenario
    steady = scenario.canary.steady_for
    lines = [scenario.title, f"in {scenario.environment}, on the service {scenario.service}", ""]
    lines.append(f"waits until users are served for {format_duration(steady)}, and " + ", ".join(str(b) for b in scenario.steady_state))
    for fault, injection in zip(plan.faults, scenario.faults, strict=False):
        until = (
            f"until somebody mitigates it, at most {format_duration(injection.at_most)}"
            if injection.hold
            else f"for {format_duration(injection.longest)}"
        )
        by = f", by {back_end}" if (back_end := fault.undo.before.get("back_end")) else ""
        lines.append(
            f"breaks   {fault.fault} on {fault.target.name} ({fault.target.container[:12]}), {format_duration(injection.at)} later, {until}{by}"
        )
        undo = ", ".join(f"{s.verb} {_what(s)}" for s in fault.undo.steps)
        lines.append(f"undoes   {undo}; verified; also after kill -9 of gameday")
    if plan.no_fault:
        lines.append("breaks   nothing: a control run")
    early = [*(f"{b}" for b in scenario.abort_when), "gameday halt", "Ctrl-C", "its process or its guard dying"]
    lines.append("stops early on   " + "; ".join(early))
    longest = max((i.at + i.longest for i in scenario.faults), default=steady)
    lines += [f"takes at most    {format_duration(steady + longest)} and the time until all is quiet", f"plan hash        {plan.hash}"]
    return lines
