"""`gameday plan`: what a drill would do, in plain words or as JSON. Changes nothing that it tells of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gameday.bundle.approvals import SHORT, Approvals
from gameday.bundle.person import person
from gameday.catalog import environment_of
from gameday.commands.plan_words import Resolved, words
from gameday.commands.reading import request_for
from gameday.conduct.permission import needs_approval, refuse_production
from gameday.conduct.plan import canonical, make_plan
from gameday.conduct.preflight import refuse_what_is_not_allowed
from gameday.conduct.start import Request
from gameday.errors import Missing
from gameday.model.approval import Proposal
from gameday.model.plan import Plan


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Override one of the scenario's vars.")
@click.option("--no-fault", is_flag=True, help="Plan the control run.")
@click.option("-o", "--output", type=click.Choice(["text", "json", "canonical"]), default="text", show_default=True)
def command(scenario: Path, variables: tuple[str, ...], no_fault: bool, output: str) -> None:
    """Say what will be broken, where, what users feel, how it is undone, what stops it early, who is needed, and how long it takes.

    Where the sandbox is not up, the words say all that needs no container, and how to get the rest. JSON is the whole plan,
    with containers and hash, or nothing: exit code 6. `canonical` is what the hash is made of: `gameday plan … -o canonical | sha256sum`.

    Where a second person has to approve, the plan is written to `approvals/` too, for `gameday approve`.
    """
    request = request_for(scenario, "human", no_fault, False, variables)
    if output != "text":
        plan, _ = _planned(request)
        click.echo(canonical(plan), nl=False) if output == "canonical" else click.echo(plan.model_dump_json(indent=2, by_alias=True))
        return
    try:
        plan, approval = _planned(request)
        resolved = Resolved(plan, approval=approval)
    except Missing as missing:
        resolved = Resolved(why_not=str(missing))
    for line in words(request, resolved):
        click.echo(line)


def _planned(request: Request) -> tuple[Plan, str]:
    """The plan, and how it stands with its approval. Raises Missing where the environment is not up."""
    environment = environment_of(request.scenario, request.root, request.docker)
    if not request.no_fault:
        # What is refused wherever it runs is said at once, and not when the environment is up.
        refuse_what_is_not_allowed(request.scenario, request.settings)
    if not environment.containers():
        environment_up = " with `gameday sandbox up`" if request.docker is None else ""
        raise Missing(f"{environment.project} is not up, so containers cannot be looked up; start it{environment_up}")
    refuse_production(request.rules, environment, asked=True, typed=lambda _: request.scenario.environment)
    plan = make_plan(
        request.scenario, environment, drill="", name=request.source.stem, services=request.services, runbook=request.runbook,
        responders=request.responders, no_fault=request.no_fault, settings=request.settings, probes=request.probes,
    )  # fmt: skip
    return plan, "" if request.no_fault or not needs_approval(request.rules, environment) else _proposed(request, plan)


def _proposed(request: Request, plan: Plan) -> str:
    """Write the plan down for a second person, unless that one has approved it already. Says how it stands."""
    approvals, now = Approvals(request.root), datetime.now(UTC)
    found = approvals.approval(plan.hash)
    if found is not None and found.expires > now:
        return f"{found.by} approved it; that counts until {found.expires:%Y-%m-%d %H:%M} UTC"
    proposal = Proposal(plan=plan.hash, name=plan.name, environment=plan.scenario.environment, author=person(), at=now)
    approvals.propose(canonical(plan), proposal)
    author = approvals.proposal(plan.hash).author
    return f"not yet. Somebody else than {author} runs `gameday approve {plan.hash[:SHORT]}`"
