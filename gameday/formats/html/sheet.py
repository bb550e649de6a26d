"""A sheet to draw on: SVG shapes, and text that knows how much room it takes, so that nothing is written over anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Literal

from gameday.model.safe_text import safe

LETTER, BOLD = 0.6, 0.7
"""Width of a letter, as a share of its height. Most fonts are narrower; DejaVu Sans is about this."""
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Box:
    """What a text covers; pixels of the sheet, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


@dataclass
class Sheet:
    """Shapes in the order in which they are drawn, and the box of every text. All text is made safe here, and only here."""

    parts: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def text(
        self, x: float, y: float, said: str, css: str, *, size: float, anchor: Anchor = "start", tip: str = "", letter: float = LETTER
    ) -> None:
        """One line of text with its baseline at `y`."""
        if not said:
            return
        self.boxes.append(box(x, y, said, size, anchor, letter))
        where = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"' + ("" if anchor == "start" else f' text-anchor="{anchor}"')
        self.parts.append(f'<text class="{css}" {where}>{escape(safe(said))}{_tip(tip)}</text>')

    def bar(self, x: float, right: float, y: float, tall: float, css: str, tip: str = "") -> None:
        """A bar around the line at `y`; never too thin to be seen."""
        wide = max(2.0, right - x)
        self.parts.append(
            f'<rect class="{css}" x="{x:.1f}" y="{y - tall / 2:.1f}" width="{wide:.1f}" height="{tall:g}" rx="2">{_tip(tip)}</rect>'
        )

    def path(self, d: str, css: str, tip: str = "") -> None:
        if d:
            self.parts.append(f'<path class="{css}" d="{d}">{_tip(tip)}</path>')

    def pill(self, x: float, y: float, said: str, css: str, *, wide: float, tall: float = 17, tip: str = "") -> None:
        """A short text in a frame of its own, centred on `x`, `y`."""
        top = y - tall / 2
        self.boxes.append(Box(x - wide / 2, top, x + wide / 2, top + tall))
        self.parts.append(
            f'<g class="{css}"><rect x="{x - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:g}" rx="{tall / 2 - 1:g}"/>'
            f'<text x="{x:.1f}" y="{y + 3.8:.1f}" font-size="10.5" text-anchor="middle">{escape(safe(said))}</text>{_tip(tip)}</g>'
        )

    def free(self, wanted: Box) -> bool:
        """Whether no text stands there yet."""
        return not any(wanted.meets(b) for b in self.boxes)


def box(x: float, y: float, said: str, size: float, anchor: Anchor = "start", letter: float = LETTER) -> Box:
    """The room that a line of text takes, rather too much than too little."""
    wide = width(said, size, letter)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return Box(left, y - size * 0.8, left + wide, y + size * 0.25)


def width(said: str, size: float, letter: float = LETTER) -> float:
    return len(safe(said)) * size * letter


def fit(said: str, room: float, size: float, letter: float = LETTER) -> str:
    """As much of a text as has room, with an ellipsis where it was cut."""
    most = max(2, int(room / (size * letter)))
    shown = safe(said, most)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _tip(text: str) -> str:
    return f"<title>{escape(safe(text))}</title>" if text else ""
