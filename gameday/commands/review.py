"""`gameday review`: judge a drill again, from disk alone."""

from __future__ import annotations

import json

import click

from gameday.bundle.folder import Folder, find_drill
from gameday.bundle.timeline_file import read_timeline
from gameday.commands.judging import judged_from, print_review, tell_damage
from gameday.commands.options import FAIL_ON, OUTPUT
from gameday.commands.reading import reports_folder
from gameday.errors import InvalidInput
from gameday.report import write_report
from gameday.review.exit_code import exit_code


@click.command()
@click.argument("drill", default="last")
@click.option("--force", is_flag=True, help="Write over reports that were made before the timeline was damaged or altered.")
@FAIL_ON
@OUTPUT
def command(drill: str, force: bool, fail_on: str, output: str) -> int:
    """Judge DRILL again (an id, a unique prefix, a folder, or `last`) and write its reports anew.

    Where its timeline was damaged or altered since its reports were made, these are kept (exit code 2), unless with --force.
    """
    folder = find_drill(reports_folder(), drill)
    review, record = judged_from(folder)
    if not force and (why := _better_before(folder)):
        raise InvalidInput(
            f"{folder.id}: {why}. The reports that are there were made before, and are kept; "
            f"`gameday review {drill} --force` judges what is whole and writes over them"
        )
    write_report(review, record, folder.path)
    tell_damage(record)
    if output == "json":
        click.echo(folder.review.read_text(), nl=False)
    else:
        print_review(review, folder)
    return exit_code(review, fail_on)


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
