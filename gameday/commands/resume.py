"""`gameday resume`: the lever back."""

from __future__ import annotations

import click

from gameday.bundle.host_state import HostState


@click.command()
@click.option("--reason", required=True, help="Why it is safe to drill again.")
def command(reason: str) -> None:
    """Allow drills on this host again."""
    was = HostState().resume()
    click.echo(f"drills are allowed again: {reason}" if was else "drills were not halted", err=True)
