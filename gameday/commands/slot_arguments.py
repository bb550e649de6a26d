"""Arguments of commands about one slot: its moment in UTC, and who says so."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from gameday.errors import InvalidInput

MOMENT = click.argument("moment", metavar="MOMENT")
BY = click.option("--by", required=True, metavar="WHO", help="Who says so; it is written down.")


def moment_of(text: str) -> datetime:
    """`2026-12-08T09:00:00Z`, as `gameday schedule next` shows it with `-o json`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput(f"{text!r} is no moment in UTC; write it as in 2026-12-08T09:00:00Z")
    return found.astimezone(UTC)
