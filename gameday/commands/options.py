"""Options that several commands share."""

from __future__ import annotations

import click

FAIL_ON = click.option(
    "--fail-on", type=click.Choice(["S1", "S2", "S3", "S4"]), default="S2", show_default=True,
    help="Exit with 1 where there is a gap at least this severe.",
)  # fmt: skip
OUTPUT = click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
