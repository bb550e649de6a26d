"""`gameday report`: a drill's report in a format, from disk alone."""

from __future__ import annotations

from pathlib import Path

import click

from gameday.bundle.folder import find_drill
from gameday.bundle.timeline_file import read_timeline
from gameday.commands.reading import reports_folder
from gameday.errors import InvalidInput
from gameday.formats import FORMATS
from gameday.gaps import GAPS
from gameday.report import write_text
from gameday.review.judge import review


@click.command()
@click.argument("drill", default="last")
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="markdown", show_default=True)
@click.option("--to", type=click.Path(path_type=Path), help="Write into this file instead of standard output.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
def command(drill: str, form: str, to: Path | None, force: bool) -> None:
    """Print the report of DRILL (an id, a unique prefix, a folder, or `last`)."""
    folder = find_drill(reports_folder(), drill)
    record = folder.record()
    _, head = read_timeline(folder.timeline)
    judged = review(record, GAPS.values()).model_copy(update={"timeline_head": head})
    text = FORMATS[form].render(judged, record)
    if to is None:
        click.echo(text, nl=False)
        return
    if to.is_symlink():
        raise InvalidInput(f"{to} is a link; write to the file it leads to")
    if to.is_dir():
        raise InvalidInput(f"{to} is a folder; write the name of a file")
    if to.exists() and not force:
        raise InvalidInput(f"{to} exists already; add --force to overwrite it")
    write_text(to, text)
