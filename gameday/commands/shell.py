"""`gameday shell`: a recorded shell for the running drill."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState
from gameday.conduct.recorded_shell import open_shell, run_recorded


@click.command()
@click.option("-c", "line", help="Run this one command, recorded, and leave.")
@click.option("--seat", default="seat-1", show_default=True, help="Whose shell: a seat, not a name.")
def command(line: str | None, seat: str) -> int:
    """A bash whose commands are recorded for the running drill: what was run, when, for how long, its exit code.

    Output is not recorded, and what looks like a password or token in a command is struck out.
    """
    meant = HostState().meant(os.environ.get("GAMEDAY_DRILL"))
    evidence = Folder(Path(meant.folder)).evidence
    if line is not None:
        return run_recorded(line, evidence, seat, cwd=Path.cwd())
    click.echo(f"recording commands for {meant.drill}; leave with `exit`", err=True)
    return open_shell(evidence, seat, sys.executable)
