"""`gameday list`: what there is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from gameday.commands.manual import summary
from gameday.commands.options import OUTPUT
from gameday.commands.reading import reports_folder
from gameday.errors import InvalidInput
from gameday.model.safe_text import safe

KINDS = ("faults", "probes", "gaps", "scenarios", "drills")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@OUTPUT
def command(kind: str, output: str) -> None:
    """List faults, probes, gaps, scenarios or drills, each with a line about it."""
    rows = list(_rows(kind))
    if output == "json":
        click.echo(json.dumps({kind: [{"name": name, "summary": about} for name, about in rows]}, indent=2))
        return
    width = max((len(name) for name, _ in rows), default=0)
    for name, about in rows:
        click.echo(safe(f"{name:{width}}  {about}").rstrip())
    if not rows:
        click.echo(f"no {kind} here", err=True)


def _rows(kind: str) -> Iterator[tuple[str, str]]:
    match kind:
        case "faults":
            from gameday.faults import FAULTS

            yield from ((name, summary(fault)) for name, fault in sorted(FAULTS.items()))
        case "gaps":
            from gameday.gaps import GAPS

            yield from ((name, summary(rule)) for name, rule in sorted(GAPS.items()))
        case "probes":
            yield from _probes()
        case "scenarios":
            yield from _scenarios()
        case "drills":
            yield from _drills()


def _probes() -> Iterator[tuple[str, str]]:
    """The kinds, and the named questions of this workspace."""
    from gameday.environments.sandbox import Sandbox
    from gameday.load.probes import read_probes
    from gameday.probes import PROBES

    root = reports_folder().parent
    yield from ((name, summary(kind)) for name, kind in sorted(PROBES.items()))
    named = read_probes(root / "probes", Sandbox(root=root).variables())
    yield from ((name, f"{d.about} (probe: {d.probe})".strip()) for name, d in sorted(named.items()))


def _scenarios() -> Iterator[tuple[str, str]]:
    from gameday.load.workspace import Workspace
    from gameday.load.yaml_reader import read_yaml

    for path in Workspace(reports_folder().parent).scenarios():
        try:
            title = getattr(getattr(read_yaml(path), "get", lambda _: None)("title"), "value", "")
        except InvalidInput:
            title = "has mistakes; see `gameday check`"
        yield path.stem, str(title or "")


def _drills() -> Iterator[tuple[str, str]]:
    from gameday.bundle.folder import drills

    for folder in drills(reports_folder()):
        try:
            review = json.loads(folder.review.read_bytes())
            rules = [str(g["rule"]) for g in review["gaps"]]
            about = f"{review['drill']['outcome']}: {', '.join(rules) or 'no gap'}"
        except (OSError, ValueError, KeyError, TypeError):
            about = "not reviewed"
        yield folder.id, about
