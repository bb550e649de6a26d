"""The exit code that a review gives."""

from __future__ import annotations

from gameday.model.review import Review


def exit_code(review: Review, fail_on: str, signal: int = 0) -> int:
    """Product's order: something left, a signal that stopped the drill, nothing judged, gaps, none."""
    if review.safety.left or review.drill.outcome == "stuck":
        return 4
    if signal:
        return 128 + signal
    if review.drill.outcome != "completed" or any(g.area == "drill" for g in review.gaps):
        return 5
    return 1 if any(g.severity <= fail_on for g in review.gaps) else 0
