"""`gameday import`: an experiment of Chaos Toolkit as a scenario and its probes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gameday.chaostoolkit.importing import Choices, Imported, imported
from gameday.errors import InvalidInput, Missing
from gameday.load.names import name_mistake
from gameday.load.noun_reader import Mistakes, must_be_mapping
from gameday.load.quoting import shown
from gameday.load.workspace import find_workspace
from gameday.load.yaml_reader import read_yaml
from gameday.model.safe_text import safe


@click.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@click.option("--name", help="Of the files that are written; without it made of the title.")
@click.option("--service", default="", help="The service that users feel, as services.yaml names it.")
@click.option("--target", default="", help="The service whose container is hit; without it the same.")
@click.option("--canary", default="", metavar="URL", help="The page that users need.")
@click.option("--environment", default="sandbox", show_default=True, help="Where it may happen.")
def command(experiment: Path, name: str | None, service: str, target: str, canary: str, environment: str) -> None:
    """Write scenarios/NAME.yaml and probes/NAME.yaml from an experiment, JSON or YAML; never over a file that is there.

    What cannot be carried over truly is named on standard error, and at the head of the scenario. Exit code 2 where an action
    has no rollback, or where something is missing that a scenario needs.
    """
    mistakes = Mistakes(shown(experiment))
    tree = must_be_mapping(read_yaml(experiment), mistakes, "an experiment of Chaos Toolkit")
    mistakes.stop()
    found = imported(tree, shown(experiment), Choices(service, target, canary, environment))
    # The title's or the experiment's own name comes from a file, and may be as bad as one that was typed.
    if (wrong := name_mistake(name := name or found.name)) is not None:
        raise InvalidInput(f"--name: {wrong}")
    root = find_workspace(Path.cwd()).root
    written = {root / "scenarios" / f"{name}.yaml": _scenario(experiment, found)}
    if found.probes:
        written[root / "probes" / f"{name}.yaml"] = _yaml(found.probes)
    _write(written)
    for note in found.notes:
        click.echo(safe(f"left behind: {note}", 500), err=True)
    if found.modules:
        click.echo(safe(f"allow its code in gameday.toml: [chaostoolkit] modules = {json.dumps(found.modules)}", 500), err=True)
    for path in written:
        click.echo(safe(shown(path), 500))


def _scenario(experiment: Path, found: Imported) -> str:
    head = [f"# Made of {experiment.name}.", *(f"# Left behind: {note}" for note in found.notes)]
    return "\n".join(safe(line, 500) for line in head) + "\n" + _yaml(found.scenario)


def _yaml(document: Any) -> str:
    import yaml

    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _write(files: dict[Path, str]) -> None:
    if there := [shown(path) for path in files if path.exists()]:
        raise InvalidInput(f"{' and '.join(there)} would be overwritten; choose another `--name`")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    except OSError as error:
        raise Missing(f"{shown(path)} cannot be written: {error.strerror}") from error
