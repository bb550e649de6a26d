"""What responders did as numbered marks, and marks that would lie over each other as one pill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gameday.model.proof import seat
from gameday.model.record import Record
from gameday.model.telling import DEEDS, deed

MOST = 300
"""Marks that are drawn and listed; the rest stands in the record."""
ROOM = 3.0
"""Pixels between two pills."""


@dataclass(frozen=True)
class Mark:
    """One thing that was done: its number counts through the drill, whoever did it."""

    number: int
    at: datetime
    seat: str
    said: str
    source: str
    seq: int


def marks(record: Record) -> tuple[Mark, ...]:
    """All deeds of responders, by time."""
    told = sorted((e for e in record.timeline if e.kind in DEEDS), key=lambda e: (e.at, e.seq))
    done = [(e, said) for e in told if (said := deed(e))]
    return tuple(Mark(n, e.at, seat(e), said, e.source, e.seq) for n, (e, said) in enumerate(done[:MOST], 1))


@dataclass(frozen=True)
class Pill:
    """Neighbouring marks of one lane; `first` and `last` are where they truly stand."""

    marks: tuple[Mark, ...]
    first: float
    last: float

    @property
    def label(self) -> str:
        """`4`, `4–9` for all of these, `4…9` where marks of other lanes lie between."""
        low, high = self.marks[0].number, self.marks[-1].number
        if low == high:
            return str(low)
        return f"{low}{'–' if high - low == len(self.marks) - 1 else '…'}{high}"

    @property
    def wide(self) -> float:
        return 11.0 + 6.8 * len(self.label)

    def centre(self, left: float, right: float) -> float:
        """In the middle of its marks, and inside the picture."""
        half = self.wide / 2
        return min(max((self.first + self.last) / 2, left + half), right - half)


def pills(lane: Iterable[Mark], x: Callable[[datetime], float], left: float, right: float) -> Sequence[Pill]:
    """Marks from left to right; any two that would touch become one."""
    found: list[Pill] = []
    for mark in lane:
        place = x(mark.at)
        found.append(Pill((mark,), place, place))
        while len(found) > 1 and _touch(found[-2], found[-1], left, right):
            after, before = found.pop(), found.pop()
            found.append(Pill((*before.marks, *after.marks), before.first, after.last))
    return found


def _touch(before: Pill, after: Pill, left: float, right: float) -> bool:
    apart = after.centre(left, right) - before.centre(left, right)
    return apart < (before.wide + after.wide) / 2 + ROOM
