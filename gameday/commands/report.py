"""`gameday report`: a drill's report in a format, from disk alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import click

from gameday.bundle.folder import find_drill, is_recorded
from gameday.commands.judging import judged_from, tell_damage
from gameday.commands.reading import reports_folder
from gameday.errors import InvalidInput
from gameday.formats import FORMATS
from gameday.report import write_text

LONGEST_SHOWN = 80


@click.command()
@click.argument("drill", default="last")
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="markdown", show_default=True)
@click.option("--to", type=click.Path(), help="Write into this file instead of standard output, which is `-`.")
@click.option("--force", is_flag=True, help="Overwrite the file; never what a drill recorded.")
def command(drill: str, form: str, to: str | None, force: bool) -> None:
    """Print the report of DRILL (an id, a unique prefix, a folder, or `last`)."""
    path = None if to in (None, "-") else _free(str(to), force)
    folder = find_drill(reports_folder(), drill)
    judged, record = judged_from(folder)
    tell_damage(record)
    text = FORMATS[form].render(judged, record)
    if path is None:
        click.echo(text, nl=False)
        return
    write_text(path, text)


def _free(to: str, force: bool) -> Path:
    """Where a report may be written: nothing is there, or a plain file that nobody needs. Raises InvalidInput."""
    path = Path(to)
    try:
        mode = path.lstat().st_mode
        there = True
    except FileNotFoundError:
        mode, there = 0, False
    except OSError as error:
        short = to if len(to) <= LONGEST_SHOWN else f"{to[:LONGEST_SHOWN]}…"
        raise InvalidInput(f"--to {short}: {os.strerror(error.errno or 0).lower()}; write the name of a file") from error
    if stat.S_ISLNK(mode):
        raise InvalidInput(f"{path} is a link; write to the file it leads to")
    if stat.S_ISDIR(mode):
        raise InvalidInput(f"{path} is a folder; write the name of a file")
    if there and not stat.S_ISREG(mode):
        raise InvalidInput(f"{path} is no plain file; leave --to out and pass on what is printed: `gameday report … > {path}`")
    if is_recorded(path):
        raise InvalidInput(f"{path} belongs to the record of a drill, which is never written over; write elsewhere")
    if there and not force:
        raise InvalidInput(f"{path} exists already; add --force to overwrite it")
    return path
