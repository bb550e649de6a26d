"""What `run`, `review` and `report` share: judge a folder, write its reports, choose the exit code."""

from __future__ import annotations

import contextlib
import os
import sys

import click

from gameday.bundle.folder import Folder
from gameday.bundle.ids import time_of
from gameday.bundle.timeline_file import read_timeline
from gameday.model.record import Record
from gameday.model.review import DrillSummary, Review
from gameday.model.safe_text import safe


def judge(folder: Folder) -> Review:
    """Review a drill from disk and write `review.json`, `report.html` and `report.md` into its folder."""
    from gameday.report import write_report

    judged, record = judged_from(folder)
    write_report(judged, record, folder.path)
    return judged


def judged_from(folder: Folder) -> tuple[Review, Record]:
    """Review a drill from disk, and the record that was judged. Writes nothing."""
    from gameday.gaps import GAPS
    from gameday.review.judge import review

    record = folder.record()
    _, head = read_timeline(folder.timeline)
    judged = review(record, GAPS.values())
    return judged.model_copy(update={"timeline_head": head, "drill": _as_damaged(judged.drill, record)}), record


def _as_damaged(drill: DrillSummary, record: Record) -> DrillSummary:
    """Where the timeline is damaged, that is why it has no end; where nothing of it is left, times are those of faults, or of the id."""
    timeline = record.timeline
    change: dict[str, object] = {}
    if timeline.damage and not timeline.first("drill.closed", "drill.unsteady", "drill.aborted"):
        change["note"] = f"the record is damaged: {timeline.damage}"
    if not timeline.events:
        known = [t for f in record.faults for t in (f.intended_at, f.armed_at, f.ended_at) if t is not None]
        known = known or [t for t in (time_of(drill.id),) if t is not None]
        if known:
            change |= {"started": min(known), "ended": max(known)}
    return drill.model_copy(update=change)


def tell_damage(record: Record) -> None:
    """On standard error, so that what is printed beside it stays a report."""
    for hole in record.damage:
        click.echo(safe(f"the record is damaged: {hole}", 400), err=True)


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
