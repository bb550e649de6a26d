"""A board: a sheet with a clock across it and lanes down it. Wide, names stand beside the lanes; on a telephone above them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gameday.formats.html.scale import Scale
from gameday.formats.html.sheet import BOLD, Sheet, box, fit, width

NAME, NOTE = 12.5, 10.5
"""Height of a lane's name and of the note under it."""
TOP = 24.0
"""Where the lanes begin, under the axis."""


@dataclass(frozen=True)
class Layout:
    """How wide a picture is, and how much of that names take; pixels."""

    name: str
    width: float
    names: float

    @property
    def beside(self) -> bool:
        return self.names > 0


WIDE = Layout("wide", 1040, 196)
NARROW = Layout("narrow", 360, 0)


@dataclass
class Board:
    """Where the next lane goes is `y`."""

    layout: Layout
    scale: Scale
    sheet: Sheet = field(default_factory=Sheet)
    y: float = TOP
    rules: list[float] = field(default_factory=list)
    """Heights at which a thin line parts groups of lanes."""

    @classmethod
    def of(cls, layout: Layout, zero: datetime, begin: datetime, end: datetime) -> Board:
        left = layout.names + 12 if layout.beside else 4
        return cls(layout, Scale(zero, begin, end, left, layout.width - 8))

    @property
    def left(self) -> float:
        return self.scale.left

    @property
    def right(self) -> float:
        return self.scale.right

    def group(self) -> None:
        """Lanes that follow are about something else."""
        self.y += 4
        self.rules.append(self.y)
        self.y += 4

    def lane(self, name: str, note: str = "", *, tall: float = 18, css: str = "note") -> float:
        """A new lane; its middle line. `css` is the kind of the note."""
        return self._named_beside(name, note, tall, css) if self.layout.beside else self._named_above(name, note, tall, css)

    def row(self, tall: float = 20) -> float:
        """One more line in the same lane; its middle."""
        self.y += tall
        return self.y - tall / 2 - 2

    def _named_beside(self, name: str, note: str, tall: float, css: str) -> float:
        height = max(tall, 28.0 if note else 20.0) + 2
        middle, room = self.y + height / 2, self.layout.names
        self.sheet.text(
            room, middle + (-1.5 if note else 4.5), fit(name, room, NAME, BOLD), "name", size=NAME, anchor="end", tip=name, letter=BOLD
        )
        self.sheet.text(room, middle + 11, fit(note, room, NOTE), css, size=NOTE, anchor="end", tip=note)
        self.y += height
        return middle

    def _named_above(self, name: str, note: str, tall: float, css: str) -> float:
        room = self.layout.width
        short = fit(name, room * 0.62, NAME, BOLD)
        self.sheet.text(0, self.y + 12, short, "name", size=NAME, tip=name, letter=BOLD)
        left = room - width(short, NAME, BOLD) - 10
        self.sheet.text(room, self.y + 12, fit(note, left, NOTE), css, size=NOTE, anchor="end", tip=note)
        self.y += 17 + tall + 3
        return self.y - 3 - tall / 2

    def beside(self, x: float, right: float, y: float, said: str, css: str) -> None:
        """Text after what ends at `right`, else before what begins at `x`, else nowhere: no text lies on another or outside."""
        after, before = box(right + 6, y + 4, said, NOTE), box(x - 6, y + 4, said, NOTE, "end")
        if after.right <= self.right and self.sheet.free(after):
            self.sheet.text(right + 6, y + 4, said, css, size=NOTE)
        elif before.left >= self.left and self.sheet.free(before):
            self.sheet.text(x - 6, y + 4, said, css, size=NOTE, anchor="end")
