"""Line charts as SVG: no script, colours from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 58, 8, 10, 22
COLOURS = 8
MOST = 16
"""Lines of one chart; more are not read by anybody."""
TIMES = (10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400)


@dataclass(frozen=True)
class Series:
    """One line: points of time (s since 1970) and value, in order; NaN leaves a hole."""

    name: str
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        return self.points[-1][1] if self.points else math.nan


@dataclass(frozen=True)
class Frame:
    """Where values and times are on the picture."""

    begin: float
    end: float
    low: float
    high: float

    def x(self, at: float) -> float:
        return LEFT + (at - self.begin) / (self.end - self.begin) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def draw(title: str, series: Sequence[Series], unit: str, begin: float, end: float, step: float, thresholds: Sequence[float] = ()) -> str:
    """A chart of the time between `begin` and `end` (s since 1970); points more than two steps (s) apart are not joined."""
    shown = series[:MOST]
    values = [value for one in shown for _, value in one.points if math.isfinite(value)]
    ticks = axis(min([0.0, *values]), max([*values, *thresholds], default=0.0), 1024 if unit == "bytes" else 10)
    frame = Frame(begin, end, ticks[0], ticks[-1])
    parts = [
        *(_tick(frame, value, unit) for value in ticks), *_times(frame),
        *(_threshold(frame, value, unit) for value in thresholds),
        *(_line(frame, one, number, step) for number, one in enumerate(shown)),
    ]  # fmt: skip
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'


def axis(low: float, high: float, base: int = 10) -> list[float]:
    """Three to seven values, round in the number system of that base, from below the lowest to above the highest."""
    if high - low < 1e-9:
        high = low + 1
    rough = (high - low) / 4
    power = float(base) ** math.floor(math.log(rough, base))
    factors = (1, 2, 2.5, 5, 10) if base == 10 else [2**n for n in range(11)]
    step = next((power * factor for factor in factors if power * factor >= rough * 0.999), power * base)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def say(value: float, unit: str) -> str:
    """A value in its unit, as Grafana names units."""
    if not math.isfinite(value):
        return "–"
    match unit:
        case "percentunit":
            return f"{_short(value * 100)} %"
        case "s" if abs(value) < 1 and value:
            return f"{_short(value * 1000)} ms"
        case "s":
            return f"{_short(value)} s"
        case "reqps":
            return f"{_short(value)} req/s"
        case "ops":
            return f"{_short(value)}/s"
        case "bytes":
            return _bytes(value)
        case "bool_on_off":
            return "up" if value else "down"
    return _thousands(value)


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _thousands(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if letter == 'k' else size):.3g}{letter}"
    return _short(value)


def _bytes(value: float) -> str:
    for name in ("B", "KiB", "MiB"):
        if abs(value) < 1024:
            return f"{value:.3g} {name}"
        value /= 1024
    return f"{value:.3g} GiB"


def _tick(frame: Frame, value: float, unit: str) -> str:
    y = frame.y(value)
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="axis" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(say(value, unit))}</text>'
    )


def _times(frame: Frame) -> Iterator[str]:
    """Marks at round times, UTC: four to eight of them."""
    every = next((t for t in TIMES if (frame.end - frame.begin) / t <= 7), TIMES[-1])
    form = "%H:%M:%S" if every < 60 else "%H:%M" if every < 86_400 else "%d %b"
    at = math.ceil(frame.begin / every) * every
    while at <= frame.end:
        x = frame.x(at)
        if LEFT + 10 < x < WIDTH - RIGHT - 18:
            text = datetime.fromtimestamp(at, UTC).strftime(form)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            yield f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{text}</text>'
        at += every


def _threshold(frame: Frame, value: float, unit: str) -> str:
    y = frame.y(value)
    return f'<line class="threshold" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"><title>{escape(say(value, unit))}</title></line>'


def _line(frame: Frame, series: Series, number: int, step: float) -> str:
    path = ""
    for piece in _pieces(series, step):
        points = [f"{frame.x(at):.1f} {frame.y(value):.1f}" for at, value in piece]
        # A single point would be invisible: a line of no length with round ends is a dot.
        path += f"M{points[0]}" + "".join(f"L{point}" for point in points[1:] or points)
    return f'<path class="line s{number % COLOURS}" d="{path}"><title>{escape(series.name)}</title></path>' if path else ""


def _pieces(series: Series, step: float) -> Iterator[list[tuple[float, float]]]:
    piece: list[tuple[float, float]] = []
    for at, value in series.points:
        if piece and (not math.isfinite(value) or at - piece[-1][0] > 2 * step):
            yield piece
            piece = []
        if math.isfinite(value):
            piece.append((at, value))
    if piece:
        yield piece
