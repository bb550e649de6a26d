"""A responder's words: each becomes a file in the running drill's inbox, and from there an event."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState
from gameday.bundle.words import say

SEAT = click.option("--seat", default="seat-1", show_default=True, help="Whose words: a seat, not a name.")


def _say(word: str, by: str, **data: Any) -> None:
    state = HostState()
    meant = state.meant(os.environ.get("GAMEDAY_DRILL"))
    spoken = {key: value for key, value in data.items() if value is not None}
    say(Folder(Path(meant.folder)).inbox, word, by, spoken)
    click.echo(f"{word}: noted in {meant.drill}", err=True)


@click.command()
@click.argument("alert", required=False)
@SEAT
def ack(alert: str | None, seat: str) -> None:
    """Acknowledge a page."""
    _say("ack", seat, alert=alert)


@click.command()
@click.argument("summary")
@click.option("--severity", help="As your severity criteria name them, for example critical.")
@SEAT
def declare(summary: str, severity: str | None, seat: str) -> None:
    """Declare an incident, in one sentence."""
    _say("declare", seat, summary=summary, severity=severity)


@click.command()
@click.argument("level")
@SEAT
def severity(level: str, seat: str) -> None:
    """Set the severity of the incident."""
    _say("severity", seat, severity=level)


@click.command()
@click.argument("role")
@click.argument("held_by", required=False)
@SEAT
def role(role: str, held_by: str | None, seat: str) -> None:
    """Take a role, or give it: `gameday role lead seat-2`."""
    _say("role", seat, role=role, seat=held_by or seat)


@click.command()
@click.argument("text")
@SEAT
def log(text: str, seat: str) -> None:
    """Add a line to the running log."""
    _say("log", seat, text=text)


@click.command()
@click.argument("text")
@SEAT
def update(text: str, seat: str) -> None:
    """Tell others how it stands: what happens, impact, what is done, when the next update comes."""
    _say("update", seat, text=text)


@click.command()
@click.argument("step")
@click.argument("text", required=False)
@SEAT
def step(step: str, text: str | None, seat: str) -> None:
    """Say that a step of the runbook was done, where it leaves no other trace."""
    _say("step", seat, step=step, text=text)


@click.command()
@click.argument("summary", required=False)
@SEAT
def resolve(summary: str | None, seat: str) -> None:
    """Say that the incident is over."""
    _say("resolve", seat, summary=summary)
