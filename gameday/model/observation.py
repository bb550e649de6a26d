"""One answer of a probe: Seen with a value, or Blind with a reason. Never a bool."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """The probe looked and saw this number."""

    value: float
    detail: str = ""


@dataclass(frozen=True)
class Blind:
    """The probe could not look. Says why; never counts as an answer."""

    reason: str


Observation = Seen | Blind


def number_in(text: object) -> Observation:
    """`Seen` for a number or the text of one; `Blind`, with what was there instead, for anything else."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return Blind(f"the answer is not a number but {_kind(text)}")
    try:
        value = float(text)
    except (ValueError, OverflowError):
        return Blind(f"the answer is not a number: {str(text)[:60]!r}")
    if not math.isfinite(value):
        return Blind(f"the answer is {value}, which says nothing")
    return Seen(value)


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case list():
            return "a list"
        case dict():
            return "a mapping"
    return type(value).__name__
