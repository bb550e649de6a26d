"""`gameday doctor`: what this host can do, what earlier drills left, and what to do about what is not well."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from gameday.commands.options import OUTPUT
from gameday.conduct.host_findings import Finding, look
from gameday.conduct.place_findings import places
from gameday.environments.network_abilities import network_image
from gameday.errors import InvalidInput, Missing
from gameday.gaps import GAPS
from gameday.load.settings import read_settings
from gameday.load.workspace import find_workspace
from gameday.model.docker_settings import DockerSettings
from gameday.model.safe_text import safe


@click.command()
@OUTPUT
def command(output: str) -> int:
    """Look at Python, Docker, the sandbox, the environments, the kernel, disk, memory and leftovers; say what to do about what is not well.

    Exit codes: 4 where a fault of an earlier drill is left, 6 where something is missing without which no drill runs, else 0.
    """
    network_image()  # a tag that is none, before Docker is asked for it
    workspace = find_workspace(Path.cwd())
    found = (*_looked(workspace.root, len(workspace.scenarios())), *places(workspace.root, _environments(workspace.root)))
    if output == "json":
        click.echo(json.dumps({"findings": [asdict(f) for f in found]}, indent=2))
    else:
        for line in _page(found):
            click.echo(safe(line, 400))
    return exit_code(found)


def _looked(root: Path, scenarios: int) -> Iterator[Finding]:
    """As far as can be looked. What earlier drills left comes last; where it cannot be known, no drill may run."""
    try:
        yield from look(root, scenarios)
    except Missing as missing:
        said, _, do = str(missing).partition("; ")
        yield Finding("leftovers", False, True, said, do)


def _environments(root: Path) -> Mapping[str, DockerSettings]:
    """None where the settings cannot be read: `gameday check` tells why."""
    try:
        return read_settings(root / "gameday.toml", lambda: GAPS).environments
    except InvalidInput:
        return {}


def exit_code(found: Sequence[Finding]) -> int:
    if any(f.broken for f in found):
        return 4
    return 6 if any(f.needed and not f.ok for f in found) else 0


def _page(found: Sequence[Finding]) -> list[str]:
    lines = []
    for finding in found:
        mark = "ok  " if finding.ok else "FAIL" if finding.needed or finding.broken else "--  "
        lines.append(f"{mark}  {finding.name:10}  {finding.said}")
        if not finding.ok and finding.do:
            lines.append(f"{'':18}do: {finding.do}")
    return [*lines, "", _verdict(found)]


def _verdict(found: Sequence[Finding]) -> str:
    if any(f.broken for f in found):
        return "Something may still be broken: run `gameday recover` first."
    missing = [f.name for f in found if f.needed and not f.ok]
    if missing:
        return f"Drills cannot run here yet: {', '.join(missing)}."
    less = [f.name for f in found if not f.ok]
    return f"Drills can run here{'; not at their best: ' + ', '.join(less) if less else ''}."
