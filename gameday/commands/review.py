"""`gameday review`: judge a drill again, from disk alone."""

from __future__ import annotations

import click

from gameday.bundle.folder import find_drill
from gameday.commands.judging import judge, print_review
from gameday.commands.options import FAIL_ON, OUTPUT
from gameday.commands.reading import reports_folder
from gameday.review.exit_code import exit_code


@click.command()
@click.argument("drill", default="last")
@FAIL_ON
@OUTPUT
def command(drill: str, fail_on: str, output: str) -> int:
    """Judge DRILL again (an id, a unique prefix, a folder, or `last`) and write its reports anew."""
    folder = find_drill(reports_folder(), drill)
    review = judge(folder)
    if output == "json":
        click.echo(folder.review.read_text(), nl=False)
    else:
        print_review(review, folder)
    return exit_code(review, fail_on)
