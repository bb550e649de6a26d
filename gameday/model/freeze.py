"""A Freeze: a time in which nothing is broken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gameday.model.noun import Noun


class Freeze(Noun):
    """One event of a team's calendar. `place` is its file and line."""

    name: str
    begins: datetime
    ends: datetime
    """Not part of it any more."""
    place: str


def freeze_at(freezes: Iterable[Freeze], begin: datetime, end: datetime) -> Freeze | None:
    """The first that has a moment in common with this time."""
    return next((f for f in freezes if f.begins < end and begin < f.ends), None)
