"""A Verdict on one expectation: four values, and a reason."""

from __future__ import annotations

from typing import Literal

from gameday.model.noun import Noun

Answer = Literal["met", "missed", "undecidable", "not_applicable"]
StepStatus = Literal["done", "no_effect", "achieved_otherwise", "skipped", "impossible", "undecidable", "not_applicable"]


class Verdict(Noun):
    """What became of one expectation. `key` names it for programs, `expectation` for people."""

    key: str
    expectation: str
    about: Literal["system", "monitoring", "response", "documentation", "drill"]
    verdict: Answer
    why: str
    evidence: tuple[str, ...] = ()


class StepVerdict(Noun):
    """What became of one step of the runbook."""

    id: str
    title: str = ""
    kind: str = ""
    status: StepStatus
    required: bool = False
    why: str = ""
    evidence: tuple[str, ...] = ()
