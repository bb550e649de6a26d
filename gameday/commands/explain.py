"""`gameday explain`: the manual page of a fault, a gap or a kind of probe."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import click

from gameday.commands.manual import page
from gameday.errors import InvalidInput


@click.command()
@click.argument("name")
def command(name: str) -> None:
    """Print the manual page of NAME: a fault, a gap rule or a kind of probe."""
    known = _members()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; `gameday list gaps` and `gameday list faults` name them all"
        raise InvalidInput(f"no fault, gap or probe {name[:80]!r}{hint}")
    click.echo(name)
    click.echo()
    click.echo(page(known[name]))


def _members() -> dict[str, Any]:
    from gameday.faults import FAULTS
    from gameday.gaps import GAPS
    from gameday.probes import PROBES

    return {**PROBES, **FAULTS, **GAPS}
