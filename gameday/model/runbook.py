"""A Runbook as it was read: sections, steps, and what proves each step."""

from __future__ import annotations

from typing import Literal

from gameday.model.duration import Duration
from gameday.model.evidence import Predicate
from gameday.model.noun import Noun

StepKind = Literal["diagnose", "mitigate", "verify", "resolve", "communicate", "judge"]
SECTIONS = ("Meaning", "Impact", "Diagnosis", "Mitigation")
"""The four headings every alert page has."""


class Contact(Noun):
    """Whom to page when."""

    when: str
    """In which case."""
    page: str
    """The receiver or person to page."""
    channel: str | None = None
    """Where they are reached."""


class Outcome(Noun):
    """What must be true after a step: the canary good for this long."""

    canary_good_for: Duration


class Step(Noun):
    """One step: what to do, and the evidence that it was done. `line` is that of its heading or fence."""

    id: str
    title: str
    section: str
    kind: StepKind
    line: int
    commands: tuple[str, ...] = ()
    evidence: Predicate | None = None
    outcome: Outcome | None = None
    within: Duration | None = None
    after: tuple[str, ...] = ()
    undo: str | None = None
    danger: str | None = None
    phase: Literal["during", "after"] = "during"
    """`after`: belongs to the time after the incident, such as fixing forward; not judged in a drill."""
    confidence: Literal["A", "B"] = "A"


class Section(Noun):
    """A second-level heading, its line, and its text (without code fences)."""

    title: str
    line: int
    text: str


class Runbook(Noun):
    """One page. `level` is 0 for plain Markdown, 1 with front matter and keys in fences, 2 with explicit evidence."""

    path: str
    sha256: str
    title: str
    level: Literal[0, 1, 2] = 0
    alerts: tuple[str, ...] = ()
    service: str | None = None
    owner: str | None = None
    severity: str | None = None
    reviewed: str | None = None
    contacts: tuple[Contact, ...] = ()
    profile: Literal["alert", "service"] = "alert"
    do_first: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    steps: tuple[Step, ...] = ()

    def step(self, step_id: str) -> Step | None:
        return next((s for s in self.steps if s.id == step_id), None)

    @property
    def mitigations(self) -> tuple[Step, ...]:
        """The steps that end the impact: those under `do_first`, or all of kind mitigate."""
        chosen = tuple(s for s in self.steps if s.id in self.do_first)
        return chosen or tuple(s for s in self.steps if s.kind == "mitigate")
