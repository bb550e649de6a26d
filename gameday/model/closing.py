"""Closings: freezes and holidays, as read from an iCalendar file."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from gameday.model.noun import Noun

ClosingKind = Literal["freeze", "holiday"]


class Closing(Noun):
    """A time in which there are no drills. Times without an offset are on the wall clock of whichever schedule asks."""

    name: str
    begins: datetime
    ends: datetime
    """Not part of it any more."""
    line: int = 0
    """Where its event begins in the file; 0 where that is not known."""


class Calendar(Noun):
    """All closings of one file, repeated ones written out."""

    file: str
    closings: tuple[Closing, ...] = ()
