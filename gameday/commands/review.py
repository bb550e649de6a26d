"""`gameday review`: judge a drill again, from disk alone."""

from __future__ import annotations

import json
import shutil

import click

from gameday.bundle.folder import Folder, find_drill
from gameday.bundle.timeline_file import read_timeline
from gameday.commands.judging import judged_from, print_review, tell_damage
from gameday.commands.options import FAIL_ON, OUTPUT
from gameday.commands.reading import reports_folder
from gameday.errors import Missing
from gameday.load.quoting import shown
from gameday.model.safe_text import safe
from gameday.report import write_report
from gameday.review.exit_code import exit_code

KEPT = "before-damage"
"""The folder in a drill's own that holds reports of a record which was whole then."""


@click.command()
@click.argument("drill", default="last")
@FAIL_ON
@OUTPUT
def command(drill: str, fail_on: str, output: str) -> int:
    """Judge DRILL again (an id, a unique prefix, a folder, or `last`) and write its reports anew.

    Where its timeline was damaged or altered since its reports were made, these are kept beside, in `before-damage/`.
    """
    folder = find_drill(reports_folder(), drill)
    review, record = judged_from(folder)
    if why := _better_before(folder):
        _keep(folder)
        click.echo(safe(f"{folder.id}: {why}; the reports that were made before are in {KEPT}/", 400), err=True)
    write_report(review, record, folder.path)
    tell_damage(record)
    if output == "json":
        click.echo(folder.review.read_text(), nl=False)
    else:
        print_review(review, folder)
    return exit_code(review, fail_on)


def _keep(folder: Folder) -> None:
    """The reports of the whole record, where they are not kept already: those of one damage do not take their place."""
    kept = folder.path / KEPT
    try:
        kept.mkdir(exist_ok=True)
        for path in (folder.review, folder.path / "report.html", folder.path / "report.md"):
            if path.is_file() and not (kept / path.name).exists():
                shutil.copy2(path, kept / path.name)
    except OSError as error:
        raise Missing(f"{shown(kept)} cannot be written, and the reports from before the damage belong there: {error.strerror}") from error


def _better_before(folder: Folder) -> str:
    """Why the reports that are there know more than the timeline that is there now; empty where they do not, or there are none."""
    if not folder.review.is_file():
        return ""
    timeline, head = read_timeline(folder.timeline)
    try:
        said = json.loads(folder.review.read_bytes()).get("timeline_head")
    except (OSError, ValueError, AttributeError, RecursionError):
        said = None
    # A timeline that went on since, as while the drill runs, still holds the line that the review ended with.
    if said == head or any(event.prev == said for event in timeline):
        return ""
    if timeline.damage:
        return timeline.damage
    return f"the timeline is not the one that review.json was made of; now it ends at event {len(timeline)}" if said else ""
