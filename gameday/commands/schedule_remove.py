"""`gameday schedule remove`: take a schedule out."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.commands.schedule_resume import file_of
from gameday.errors import Missing
from gameday.load.quoting import shown
from gameday.load.workspace import find_workspace
from gameday.model.safe_text import safe


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(name: str, yes: bool) -> None:
    """Delete the file of a schedule. What is known of its past slots stays in `gameday schedule history`.

    Its invitations are taken back by the next `gameday schedule feed`. Exit codes: 6 where it cannot be deleted.
    """
    path = file_of(name, find_workspace(Path.cwd()))
    if not yes:
        click.confirm(safe(f"Delete {shown(path)}?"), abort=True, err=True)
    try:
        path.unlink()
    except OSError as error:
        raise Missing(f"{shown(path)} cannot be deleted: {error.strerror or error}") from error
    click.echo(safe(f"removed {shown(path)}; its invitations are taken back by the next `gameday schedule feed`"))
