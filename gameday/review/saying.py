"""How verdicts are put into words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from gameday.model.duration import format_duration
from gameday.model.verdict import Answer, Verdict

About = Literal["system", "monitoring", "response", "documentation", "drill"]


def say(key: str, expectation: str, about: About, verdict: Answer, why: str, *evidence: str) -> Verdict:
    """A verdict with its evidence, each event once."""
    ids = tuple(dict.fromkeys(e for e in evidence if e))
    return Verdict(key=key, expectation=expectation, about=about, verdict=verdict, why=why, evidence=ids)


def after(earlier: datetime, later: datetime) -> str:
    """`7.4 s` between two moments."""
    return f"{(later - earlier).total_seconds():.1f} s"


def budget(span: timedelta) -> str:
    return format_duration(span)
