"""`gameday init`: a new workspace that works at once."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from gameday.faults import FAULTS
from gameday.load.new_workspace import make_workspace
from gameday.model.safe_text import safe

FIRST = "gameday run scenarios/payments-freezes.yaml --responders responders/perfect.yaml"


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def command(directory: Path) -> None:
    """Make a workspace in DIR, which must be new or empty: scenarios, runbooks, probes, responders and the sandbox.

    Exit codes: 2 where DIR is not empty, 6 where it cannot be written.
    """
    files = make_workspace(directory, FAULTS)
    click.echo(safe(f"made a workspace of {len(files)} files in {directory}; README.md there says what is what. Go on with:", 500))
    click.echo()
    first = "gameday check" if directory.resolve() == Path.cwd() else f"cd {shlex.quote(os.fspath(directory))}"
    for line in (first, "gameday doctor", FIRST):
        click.echo(f"  {safe(line, 500)}")
