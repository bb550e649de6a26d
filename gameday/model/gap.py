"""A Gap: one thing to fix in tooling, documentation or process. Never a statement about a person."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import Field, computed_field

from gameday.model.event import Subject
from gameday.model.noun import Noun

Area = Literal["tooling", "documentation", "process", "drill"]
Severity = Literal["S1", "S2", "S3", "S4"]
Confidence = Literal["A", "B", "C"]


class Gap(Noun):
    """A finding with its proof. `evidence` holds event ids, or `file:line sha256:…`; it is never empty."""

    rule: str
    area: Area
    severity: Severity
    confidence: Confidence = "A"
    subject: Subject
    summary: str
    expected: str
    observed: str
    fix: str
    evidence: tuple[str, ...] = Field(min_length=1)
    key: str = ""
    """Which expectation it belongs to, where one rule can find several gaps of one subject."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own form
    @property
    def fingerprint(self) -> str:
        """The same gap in two drills has the same fingerprint: nothing of one run goes in."""
        parts = (self.rule, self.subject.kind, self.subject.name, self.key)
        return hashlib.sha1("|".join(parts).encode(), usedforsecurity=False).hexdigest()
