"""`gameday schedule answer`: what becomes of a slot that was missed."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.commands.scheduling import now
from gameday.commands.slot_arguments import BY, MOMENT, moment_of
from gameday.errors import InvalidInput
from gameday.load.workspace import find_workspace
from gameday.server.store_place import workspace_store


@click.command()
@click.argument("name")
@MOMENT
@click.argument("what", type=click.Choice(["run", "skip"]))
@BY
def command(name: str, moment: str, what: str, by: str) -> None:
    """Run a slot that was missed and whose schedule says `if_missed: ask`, as soon as hours and freezes allow; or leave it out.

    Exit codes: 2 where no such slot waits.
    """
    at = moment_of(moment)
    with workspace_store(find_workspace(Path.cwd()).root) as database:
        from gameday.store.slots import Slots

        slots = Slots(database)
        waiting = [c for c in slots.open() if c.state == "waiting"]
        claim = next((c for c in waiting if (c.errand.schedule, c.errand.moment) == (name, at)), None)
        if claim is None or not slots.answer(claim, what == "run", by, now()):
            there = ", ".join(c.errand.key for c in waiting) or "none"
            raise InvalidInput(f"no slot {name}@{moment} waits for an answer; waiting: {there}")
    click.echo(f"{name}@{moment}: {'a server runs it as soon as may be' if what == 'run' else 'left out'}")
