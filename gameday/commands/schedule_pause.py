"""`gameday schedule pause`: let a schedule rest."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.commands.schedule_editing import set_key
from gameday.commands.schedule_resume import file_of
from gameday.load.workspace import find_workspace
from gameday.model.safe_text import safe


@click.command()
@click.argument("name")
@click.argument("reason")
def command(name: str, reason: str) -> None:
    """Let a schedule rest, for a REASON that people read. Its slots are recorded as missed until `gameday schedule resume`.

    Writes `paused` into its file. Invitations are taken back by the next `gameday schedule feed`.
    """
    workspace = find_workspace(Path.cwd())
    set_key(workspace, file_of(name, workspace), "paused", reason)
    click.echo(safe(f"{name} is paused: {reason}"))
