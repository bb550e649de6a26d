"""`gameday recover`: put back whatever a dead drill left."""

from __future__ import annotations

import click

from gameday.bundle.host_state import HostState
from gameday.conduct.preflight import leftovers, recover
from gameday.errors import Stuck


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be put back, and do nothing.")
def command(dry_run: bool) -> None:
    """Put back whatever drills left whose process died. Drills that run are not touched."""
    state = HostState()
    found = leftovers(state)
    if not found:
        click.echo("nothing is left over")
        return
    if dry_run:
        for leftover in found:
            what = ", ".join(leftover.faults) or "no fault"
            click.echo(f"{leftover.drill.drill}: {what} left, {leftover.processes} process(es) alive")
        return
    results = recover(state)
    for result in results:
        click.echo(f"{result.fault} on {result.target}: {result.left or result.detail}")
    if left := [r.left for r in results if r.left]:
        raise Stuck("; ".join(left))
    click.echo(f"{len(found)} drill(s) closed, {len(results)} fault(s) put back")
