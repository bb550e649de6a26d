"""`gameday export`: a scenario as another tool reads it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gameday.chaostoolkit.exporting import exported, left_behind
from gameday.commands.reading import request_for
from gameday.load.tree import plain
from gameday.load.yaml_reader import read_yaml
from gameday.model.safe_text import safe


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--format", "_format", type=click.Choice(["chaostoolkit"]), required=True, help="Which tool's form.")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Override one of the scenario's vars.")
def command(scenario: Path, _format: str, variables: tuple[str, ...]) -> None:
    """Print a scenario as an experiment for plain `chaos run`: its steady state, its faults in their order, their undo.

    What an experiment has no place for is named on standard error. Exit code 2 where the scenario has mistakes.
    """
    request = request_for(scenario, "human", False, False, variables)
    written = plain(read_yaml(scenario))
    assert isinstance(written, dict)
    click.echo(json.dumps(exported(request.scenario, scenario.stem, written, request.probes), indent=2))
    for said in left_behind(request.scenario):
        click.echo(safe(f"left behind: {said}", 500), err=True)
