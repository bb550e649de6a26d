"""The lower lanes: what each seat did, as numbered marks, and what became of the runbook's steps."""

from __future__ import annotations

from collections.abc import Sequence

from gameday.formats.html.board import Board
from gameday.formats.html.marks import Mark, pills
from gameday.formats.html.sheet import width
from gameday.model.record import Record
from gameday.model.review import Review
from gameday.model.telling import count
from gameday.model.verdict import StepVerdict

MOST_SEATS = 10
MOST_STEPS = 40
SEEN = ("done", "no_effect", "achieved_otherwise", "impossible")
"""Fates of a step that have a moment."""


def responders(board: Board, done: Sequence[Mark]) -> None:
    """A lane for each seat, in the order in which they came; a tick for each deed, and over it its number."""
    seats = list(dict.fromkeys(m.seat for m in done))
    for seat in seats[:MOST_SEATS]:
        lane = [m for m in done if m.seat == seat]
        y = board.lane(seat, count(len(lane), "action"), tall=24)
        ticks = "".join(f"M{board.scale.x(m.at):.1f} {y + 7:.1f}v5" for m in lane)
        board.sheet.path(ticks, "moment")
        for pill in pills(lane, board.scale.x, board.left, board.right):
            tip = " · ".join(f"{m.number} {m.said[:80]}" for m in pill.marks[:6])
            board.sheet.pill(pill.centre(board.left, board.right), y - 3, pill.label, "mark", wide=pill.wide, tip=tip)
    if not seats:
        board.lane("responders", "no action was seen")
    elif len(seats) > MOST_SEATS:
        board.lane(f"and {count(len(seats) - MOST_SEATS, 'seat')} more", "listed below")


def steps(board: Board, review: Review, record: Record) -> None:
    """Steps at their moment; those that left no trace stand in a line of their own."""
    judged = [s for s in review.steps if s.status != "not_applicable" and (s.required or s.status != "skipped")][:MOST_STEPS]
    if not judged:
        return
    known = {e.id: e for e in record.timeline if e.kind != "source.alive"}
    placed: list[tuple[float, StepVerdict]] = []
    loose: list[StepVerdict] = []
    for step in judged:
        event = known.get(step.evidence[0]) if step.evidence and step.status in SEEN else None
        if event is None:
            loose.append(step)
        else:
            placed.append((board.scale.x(event.at), step))
    y = board.lane("runbook steps", f"{sum(s.status == 'done' for s in judged)} of {len(judged)} done", tall=22)
    y = _placed(board, placed, y)
    _loose(board, loose, y, begun=bool(placed))


def _placed(board: Board, placed: Sequence[tuple[float, StepVerdict]], y: float) -> float:
    """Chips at their moments; one that would lie on another goes a line lower."""
    ends = [float("-inf")]
    rows = [y]
    for x, step in sorted(placed, key=lambda p: p[0]):
        wide = _wide(step.id)
        centre = min(max(x, board.left + wide / 2), board.right - wide / 2)
        row = next((n for n, end in enumerate(ends) if end + 3 <= centre - wide / 2), len(ends))
        if row == len(ends):
            ends.append(float("-inf"))
            rows.append(board.row())
        ends[row] = centre + wide / 2
        css = "step" if step.status == "done" else "step other"
        board.sheet.pill(centre, rows[row], step.id, css, wide=wide, tip=f"{step.title}: {step.status.replace('_', ' ')}")
    return rows[-1]


def _loose(board: Board, loose: Sequence[StepVerdict], y: float, *, begun: bool) -> None:
    """`c1 skipped`, one beside the other from the left."""
    if not loose:
        return
    y = board.row() if begun else y
    left = board.left
    for step in loose:
        said = f"{step.id} {step.status.replace('_', ' ')}"
        wide = _wide(said)
        if left + wide > board.right and left > board.left:
            y, left = board.row(), board.left
        css = "step open" if step.status == "undecidable" else "step missed"
        board.sheet.pill(left + wide / 2, y, said, css, wide=wide, tip=f"{step.title}: {step.why}")
        left += wide + 6


def _wide(said: str) -> float:
    return width(said, 10.5) + 12
