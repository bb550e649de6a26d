"""A Review: all verdicts and gaps of one drill. Written as `review.json`, the contract that other tools read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from gameday.model.gap import Gap
from gameday.model.noun import Noun
from gameday.model.verdict import StepVerdict, Verdict

Outcome = Literal["completed", "aborted", "invalid", "crashed", "stuck"]


class DrillSummary(Noun):
    """Which drill this is a review of."""

    id: str
    scenario: str
    title: str
    environment: str
    started: datetime
    ended: datetime
    outcome: Outcome
    responders: str = "human"
    no_fault: bool = False
    note: str = ""
    """Why it ended otherwise than completed; empty otherwise."""


class Span(Noun):
    """A duration. Censored: it had not ended when the drill did, so it is at least `seconds`."""

    seconds: float
    censored: bool = False
    floor: tuple[float, float] | None = None
    parts: Mapping[str, float] | None = None


class Impact(Noun):
    """What users felt, from the gateway's log and the canary."""

    requests: int = 0
    failed: int = 0
    users_affected: int | None = 0
    """Customers with at least one failed request. None where requests failed and no log tells customers apart."""
    seconds: float = 0.0


class Safety(Noun):
    """Proof that the faults are gone: how many were injected, verified removed, and which are left."""

    faults: int = 0
    removed_and_verified: int = 0
    left: tuple[str, ...] = ()


class Review(Noun):
    """The whole judgement of a drill."""

    apiVersion: Literal["gameday/v1"] = "gameday/v1"  # noqa: N815  # the field's name in the contract
    kind: Literal["Review"] = "Review"
    drill: DrillSummary
    milestones: Mapping[str, datetime | None]
    durations: Mapping[str, Span]
    verdicts: tuple[Verdict, ...]
    steps: tuple[StepVerdict, ...]
    gaps: tuple[Gap, ...]
    impact: Impact
    safety: Safety
    timeline_head: str = ""
    """Hash of the timeline's last line."""
