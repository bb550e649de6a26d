"""What `run`, `review` and `report` share: judge a folder, write its reports, choose the exit code."""

from __future__ import annotations

import contextlib
import os
import sys

import click

from gameday.bundle.folder import Folder
from gameday.bundle.timeline_file import read_timeline
from gameday.model.review import Review


def judge(folder: Folder) -> Review:
    """Review a drill from disk and write `review.json`, `report.html` and `report.md` into its folder."""
    from gameday.gaps import GAPS
    from gameday.report import write_report
    from gameday.review.judge import review

    record = folder.record()
    _, head = read_timeline(folder.timeline)
    judged = review(record, GAPS.values()).model_copy(update={"timeline_head": head})
    write_report(judged, record, folder.path)
    return judged


def print_review(review: Review, folder: Folder) -> None:
    """The review on standard output, fitted to the terminal, and where the report lies."""
    from rich.console import Console

    from gameday.formats import terminal

    console = Console(file=sys.stdout)
    colour = console.is_terminal and not console.no_color
    # Whoever reads may have gone away; the exit code must still say what was found.
    with contextlib.suppress(BrokenPipeError):
        click.echo(terminal.render(review, width=min(console.width, 100), colour=colour), nl=False)
        click.echo(f"report: {os.path.relpath(folder.path / 'report.html')}")
