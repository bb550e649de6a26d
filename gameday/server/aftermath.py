"""What became of a drill, read from its folder and what it said last: the same whoever started it, and whoever died."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gameday.bundle.folder import Folder
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.review.exit_code import exit_code

DOCUMENTED = (0, 1, 2, 3, 4, 5, 6, 129, 130, 143)


@dataclass(frozen=True)
class Aftermath:
    """`began` is false where nothing was done that would have to be put back: the drill never had a folder."""

    began: bool
    exit_code: int | None
    why: str


def aftermath(folder: Folder, log: Path, code: int | None, left: str = "") -> Aftermath:
    """`code` is what its process ended with, negative for a signal, None where nobody saw it; `left` what could not be put back."""
    if not folder.path.is_dir():
        return Aftermath(False, code, _last_words(log))
    if left:
        return Aftermath(True, 4, f"something may still be broken: {left}")
    review = _review(folder)
    if code in DOCUMENTED:
        return Aftermath(
            True, code, "" if review is None or review.drill.outcome == "completed" else f"the drill was {review.drill.outcome}"
        )
    if review is None:
        how = f"was killed by signal {-code}" if code is not None and code < 0 else "ended before it said how"
        return Aftermath(True, 5, f"its process {how}; what it had broken was put back")
    return Aftermath(True, exit_code(review, "S2"), "")


def _review(folder: Folder) -> Review | None:
    try:
        return Review.model_validate_json(folder.review.read_bytes())
    except (OSError, ValidationError):
        return None


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace")[-4_000:].splitlines()
    except OSError:
        return "it said nothing"
    said = [line.removeprefix("gameday: ").strip() for line in lines if line.strip()]
    return safe(said[-1], 300) if said else "it said nothing"
