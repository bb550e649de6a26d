"""The timeline of a drill as inline SVG: faults, users, traffic, alerts, responders and steps on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gameday.formats.html import lanes, people
from gameday.formats.html.board import NOTE, Board, Layout
from gameday.formats.html.marks import Mark
from gameday.formats.html.scale import shown
from gameday.formats.html.sheet import width
from gameday.model.record import Record
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.model.telling import clock, count, headline, zero


def picture(review: Review, record: Record, done: Sequence[Mark], layout: Layout) -> str:
    """The SVG element; empty where the drill left nothing to draw."""
    return _svg(draw(review, record, done, layout), review, record, done) if len(record.timeline) else ""


def draw(review: Review, record: Record, done: Sequence[Mark], layout: Layout) -> Board:
    """All lanes, from what was broken down to what was done about it."""
    board = Board.of(layout, zero(review), *shown(review, record))
    for x, label in board.scale.ticks():
        half = width(label, NOTE) / 2
        if board.left - 10 <= x - half and x + half <= board.layout.width:
            board.sheet.text(x, 12, label, "tick", size=NOTE, anchor="middle")
    lanes.faults(board, record)
    board.group()
    lanes.users(board, record, review)
    lanes.traffic(board, record)
    board.group()
    lanes.alerts(board, record, review)
    lanes.unseen(board, record)
    board.group()
    people.responders(board, done)
    people.steps(board, review, record)
    return board


def _svg(board: Board, review: Review, record: Record, done: Sequence[Mark]) -> str:
    name, wide, tall = board.layout.name, board.layout.width, board.y + 6
    return (
        f'<svg class="timeline {name}" viewBox="0 0 {wide:g} {tall:.0f}" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="{name}-title">{escape(safe(f"Timeline of the drill {review.drill.id}"))}</title>'
        f'<desc id="{name}-desc">{escape(safe(_told(review, record, done), 1_000))}</desc>'
        f"{_behind(board, review, tall)}{''.join(board.sheet.parts)}</svg>"
    )


def _behind(board: Board, review: Review, tall: float) -> str:
    """What lies under the lanes: when users were hurt, the clock's lines, the lines between groups."""
    began, over = review.milestones.get("impact_began"), review.milestones.get("impact_over")
    parts = []
    if began:
        x, right = board.scale.x(began), board.scale.x(over or board.scale.end)
        parts.append(f'<rect class="impact" x="{x:.1f}" y="18" width="{max(1.0, right - x):.1f}" height="{tall - 20:.1f}"/>')
    for x, label in board.scale.ticks():
        parts.append(f'<path class="{"zero" if label == "0" else "grid"}" d="M{x:.1f} 18V{tall - 2:.1f}"/>')
    parts += [f'<path class="grid" d="M0 {y:.1f}H{board.layout.width:g}"/>' for y in board.rules]
    return "".join(parts)


def _told(review: Review, record: Record, done: Sequence[Mark]) -> str:
    """The picture in words, for whoever does not see it."""
    origin = zero(review)
    faults = [
        f"{f.fault} on {f.target} from {clock(f.armed_at or f.intended_at, origin)}"
        + (f" to {clock(f.ended_at, origin)}" if f.ended_at else "")
        for f in record.faults[: lanes.MOST_FAULTS]
    ]
    began, over = review.milestones.get("impact_began"), review.milestones.get("impact_over")
    hurt = f"users hurt from {clock(began, origin)} to {clock(over, origin) if over else 'the end'}" if began else "users not hurt"
    alerts = {e.subject.name for e in record.timeline if e.kind == "alert.delivered"} - {record.plan.scenario.expect.alerts.heartbeat}
    spoke = f"{count(len(alerts), 'alert')} delivered, {count(len(done), 'action')} of responders"
    return f"{headline(review)} {'; '.join([*faults, hurt, spoke])}."
