"""`gameday plan`: what a drill would do, in plain words or as JSON. Reads only."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.catalog import environment_of
from gameday.commands.options import OUTPUT
from gameday.commands.plan_words import Resolved, words
from gameday.commands.reading import request_for
from gameday.conduct.plan import make_plan
from gameday.conduct.start import Request
from gameday.errors import Missing
from gameday.model.plan import Plan


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Override one of the scenario's vars.")
@click.option("--no-fault", is_flag=True, help="Plan the control run.")
@OUTPUT
def command(scenario: Path, variables: tuple[str, ...], no_fault: bool, output: str) -> None:
    """Say what will be broken, where, what users feel, how it is undone, what stops it early, who is needed, and how long it takes.

    Where the sandbox is not up, the words say all that needs no container, and how to get the rest. JSON is the whole plan,
    with containers and hash, or nothing: exit code 6.
    """
    request = request_for(scenario, "human", no_fault, False, variables)
    if output == "json":
        click.echo(_planned(request).model_dump_json(indent=2, by_alias=True))
        return
    try:
        plan = _planned(request)
        resolved = Resolved(plan.faults, plan.hash)
    except Missing as missing:
        resolved = Resolved(why_not=str(missing))
    for line in words(request, resolved):
        click.echo(line)


def _planned(request: Request) -> Plan:
    """Raises Missing where the environment is not up."""
    environment = environment_of(request.scenario, request.root, request.docker)
    if not environment.containers():
        raise Missing(
            f"{environment.project} is not up, so containers cannot be looked up; start it"
            + (" with `gameday sandbox up`" if request.docker is None else "")
        )
    return make_plan(
        request.scenario, environment, drill="", name=request.source.stem, services=request.services, runbook=request.runbook,
        responders=request.responders, no_fault=request.no_fault, settings=request.settings,
    )  # fmt: skip
