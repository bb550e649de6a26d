"""`gameday halt`: the lever."""

from __future__ import annotations

import click

from gameday.bundle.host_state import HostState


@click.command()
@click.option("--reason", default="pulled by hand", help="Why; shown to everybody whose drill is refused.")
def command(reason: str) -> None:
    """Stop every drill on this host, put its faults back, and refuse new ones until `gameday resume`."""
    state = HostState()
    state.halt(reason)
    running = ", ".join(d.drill for d in state.running())
    click.echo(f"halted; stopping {running}" if running else "halted; no drill was running", err=True)
