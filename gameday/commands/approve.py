"""`gameday approve`: the word of a second person for one plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from gameday.bundle.approvals import SHORT, Approvals
from gameday.bundle.person import person
from gameday.clients.ssh_keygen import is_signed, sign
from gameday.errors import InvalidInput, Refused
from gameday.gaps import GAPS
from gameday.load.settings import read_settings
from gameday.load.workspace import find_workspace
from gameday.model.approval import LONGEST, USUAL, Proposal
from gameday.model.duration import format_duration, parse_duration
from gameday.model.safe_text import safe


@click.command()
@click.argument("plan", metavar="PLAN-HASH")
@click.option("--for", "lasting", default=format_duration(USUAL), show_default=True, help="How long it counts; 7d at most.")
@click.option("--key", type=click.Path(path_type=Path), help="Your SSH key, where the environment names its approvers.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(plan: str, lasting: str, key: Path | None, yes: bool) -> None:
    """Approve the plan that somebody else made with `gameday plan`. PLAN-HASH may be the beginning of the hash.

    The approval is for that plan alone: where scenario, containers, undo or limits change, it is for another one.
    """
    root, now = find_workspace(Path.cwd()).root, datetime.now(UTC)
    approvals, counts = Approvals(root), _lasting(lasting)
    whole = approvals.named(plan)
    proposal = approvals.proposal(whole)
    me = _approver(root, proposal.environment, key)
    for line in _told(proposal, approvals.canonical(whole)):
        click.echo(safe(line, 500), err=True)
    if not yes:
        click.confirm(f"Approve it as {me}, for {format_duration(counts)}?", abort=True, err=True)
    approval = approvals.approve(whole, me, now, counts, (lambda text: sign(key, text)) if key else lambda _: "")
    click.echo(f"{me} approved {whole[:SHORT]}; that counts until {approval.expires:%Y-%m-%d %H:%M} UTC")


def _approver(root: Path, environment: str, key: Path | None) -> str:
    """Who approves: the account, or the one whose key this is where the environment names its approvers."""
    settings = read_settings(root / "gameday.toml", lambda: GAPS).environments.get(environment)
    if settings is None or not settings.approvers:
        return person()
    names = ", ".join(settings.approvers)
    if key is None:
        raise Refused(f"approvals for {environment} are signed: give `--key` with your SSH key; its approvers are {names}")
    proof = sign(key, "whose?")
    for name, public in settings.approvers.items():
        if is_signed(name, public, "whose?", proof):
            return name
    raise Refused(f"{key} is not the key of an approver of {environment}; these are {names}")


def _lasting(text: str) -> timedelta:
    try:
        span = parse_duration(text)
    except ValueError as wrong:
        raise InvalidInput(f"--for {wrong}") from wrong
    if not timedelta(0) < span <= LONGEST:
        raise InvalidInput(f"--for {text}: an approval counts for {format_duration(LONGEST)} at most, and longer than 0s")
    return span


def _told(proposal: Proposal, plan: Mapping[str, Any]) -> Iterator[str]:
    """What is approved, in a few lines."""
    scenario, place = plan["scenario"], plan["place"]
    yield f"{scenario['title']}: a plan of {proposal.author}, made {proposal.at:%Y-%m-%d %H:%M} UTC"
    yield f"in {place['environment']}, on the Docker host {place['daemon']}"
    limits = plan["limits"]["lives_at_most_seconds"]
    for fault, target, steps, seconds in zip(scenario["faults"], plan["targets"], plan["undo"], limits, strict=True):
        undone = ", ".join(step["verb"] for step in steps)
        when = f", when {_listed(fault['when'])}" if fault.get("when") else ""
        yield f"- {fault['fault']} on {target['name']} ({target['container'][:12]}){when}, for {seconds:g} s at most; undone by {undone}"
    for bound in scenario["abort_when"]:
        yield f"stopped early where {_listed(bound)}"
    yield f"plan {proposal.plan}"


def _listed(keys: Mapping[str, Any]) -> str:
    """A bound or a trigger: `orders_lost above 0`."""
    named = [str(keys[key]) for key in ("probe", "alert", "deed") if keys.get(key)]
    bounds = [f"{key.replace('_', ' ')} {keys[key]:g}" for key in ("at_least", "at_most", "above", "below") if keys.get(key) is not None]
    return " ".join([*named, *bounds])
