"""`gameday schema`: JSON Schema of the files, for editors and other tools."""

from __future__ import annotations

import json

import click

from gameday.load.schema import KINDS, Kind, schema


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
def command(kind: Kind) -> None:
    """Print the JSON Schema (2020-12) of a file. For runbooks: of their front matter, with the notes on steps under `$defs`."""
    from gameday.faults import FAULTS

    click.echo(json.dumps(schema(kind, FAULTS), indent=2))
