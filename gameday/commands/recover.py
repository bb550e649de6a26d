"""`gameday recover`: put back whatever dead drills left, by their ledgers, and where those are gone, by what is in Docker."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gameday.bundle.host_state import HostState
from gameday.conduct.recovery import Leftover, leftovers, orphans, recover, sweep
from gameday.errors import Missing, Stuck
from gameday.model.safe_text import safe
from gameday.undo.sweep import Orphan


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be put back, and do nothing.")
def command(dry_run: bool) -> None:
    """Put back whatever drills left whose process died. Drills that run are not touched.

    Searches this host's records of drills, and the Docker daemon for what no record tells of: locks, helpers, processes.

    Exit codes: 0 nothing is left, 4 something could not be put back, 6 this host's records cannot be read or Docker does not answer.
    """
    state = HostState()
    found = leftovers(state)
    for leftover in found:
        if leftover.damaged:
            click.echo(
                f"{leftover.drill.drill}: {leftover.damaged} line(s) of its ledger cannot be read; the whole ones are used", err=True
            )
    if dry_run:
        _tell(found, orphans(state))
        return
    results = recover(state)
    lonely: list[Orphan] = []
    unsearched: Missing | None = None
    try:
        lonely = orphans(state)
        results += sweep(lonely)
    except Missing as missing:
        unsearched = missing
    for result in results:
        click.echo(safe(f"{result.fault} on {result.target}: {result.left or result.detail}", 600))
    if left := [r.left for r in results if r.left]:
        raise Stuck("; ".join(left))
    if unsearched is not None:
        raise unsearched
    if not found and not lonely:
        click.echo("nothing is left over")
        return
    click.echo(f"{len(found)} drill(s) closed, {len(lonely)} thing(s) without a drill removed, {len(results)} fault(s) put back")


def _tell(found: Sequence[Leftover], lonely: Sequence[Orphan]) -> None:
    if not found and not lonely:
        click.echo("nothing is left over")
    for leftover in found:
        what = ", ".join(leftover.faults) or "no fault"
        click.echo(f"{leftover.drill.drill}: {what} left, {leftover.processes} process(es) alive")
    for orphan in lonely:
        click.echo(safe(f"{orphan.what}; by hand: {orphan.by_hand}", 600))
