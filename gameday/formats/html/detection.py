"""The time to detect as a bar: where it went, knob by knob, beside the soonest and latest that these settings allow."""

from __future__ import annotations

from dataclasses import dataclass

from gameday.model.review import Review, Span
from gameday.model.telling import KNOBS, span

WIDE = 1000.0
"""Units of the bar; the page stretches it to the room there is, so it holds no text."""


@dataclass(frozen=True)
class Part:
    """What one knob cost. `css` is its place in the bar, counted from 0."""

    css: str
    knob: str
    seconds: float
    share: float
    most: bool


@dataclass(frozen=True)
class Detection:
    """The bar, and the rows that explain it."""

    total: str
    floor: str
    parts: tuple[Part, ...]
    bar: str


def detection_bar(review: Review) -> Detection | None:
    """None where nothing was detected, or where it is not known what it took."""
    found = review.durations.get("time_to_detect")
    if found is None or found.censored or found.seconds <= 0:
        return None
    parts = _parts(found)
    if not parts and not found.floor:
        return None
    floor = f"{found.floor[0]:.1f} to {found.floor[1]:.1f} s" if found.floor else ""
    return Detection(span(found), floor, parts, _bar(found, parts))


def _parts(found: Span) -> tuple[Part, ...]:
    known = {k: max(0.0, v) for k, v in (found.parts or {}).items()}
    whole = sum(known.values())
    if not whole:
        return ()
    most = max(known, key=lambda k: known[k])
    return tuple(Part(f"p{n}", KNOBS.get(k, k), v, v / whole, k == most) for n, (k, v) in enumerate(known.items()))


def _bar(found: Span, parts: tuple[Part, ...]) -> str:
    end = max(found.seconds, *(found.floor or (0.0,)), sum(p.seconds for p in parts)) * 1.02
    scale = WIDE / end
    drawn, x = "", 0.0
    for part in parts or (Part("p0", "", found.seconds, 1.0, True),):
        drawn += f'<rect class="{part.css}" x="{x:.1f}" y="0" width="{max(1.5, part.seconds * scale - 1.5):.1f}" height="22"/>'
        x += part.seconds * scale
    if found.floor:
        low, high = (s * scale for s in found.floor)
        drawn += f'<rect class="floor" x="{low:.1f}" y="28" width="{max(4.0, high - low):.1f}" height="10"/>'
    said = f"Detected in {span(found)}" + (f"; floor {found.floor[0]:.1f} to {found.floor[1]:.1f} s" if found.floor else "")
    return (
        f'<svg class="detection" viewBox="0 0 {WIDE:g} 40" preserveAspectRatio="none" role="img" aria-label="{said}" '
        f'xmlns="http://www.w3.org/2000/svg">{drawn}</svg>'
    )
