"""`gameday schedule resume`: let a paused schedule go on."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.commands.schedule_editing import set_key
from gameday.load.schedule import schedule_files, unknown_schedule
from gameday.load.workspace import Workspace, find_workspace
from gameday.model.safe_text import safe


@click.command()
@click.argument("name")
def command(name: str) -> None:
    """Let a paused schedule go on: takes `paused` out of its file. What was missed meanwhile stays missed."""
    workspace = find_workspace(Path.cwd())
    set_key(workspace, file_of(name, workspace), "paused", None)
    click.echo(safe(f"{name} goes on"))


def file_of(name: str, workspace: Workspace) -> Path:
    """The file of a schedule. Raises InvalidInput with what was perhaps meant."""
    found = dict(schedule_files(workspace)).get(name)
    if found is None:
        raise unknown_schedule(name, workspace)
    return found
