"""One answer of a probe: Seen with a value, or Blind with a reason. Never a bool."""

from __future__ import annotations

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
