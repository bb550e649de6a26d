"""What the page says of gaps, expectations, steps and faults, each with the events behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gameday.model.event import Event
from gameday.model.gap import Gap
from gameday.model.proof import Proof, by_id, proofs
from gameday.model.record import FaultRecord, Record
from gameday.model.review import Review
from gameday.model.telling import ABOUT, ANSWERS, AREAS
from gameday.model.verdict import StepVerdict, Verdict

MOST_PROOF = 40
"""Pieces of evidence shown for one gap or verdict; the review names them all."""


@dataclass(frozen=True)
class Backed:
    """Proof of something. `more` pieces are not shown."""

    proof: tuple[Proof, ...]
    more: int


@dataclass(frozen=True)
class Card:
    """A gap with its evidence looked up. `anchor` is its place in the page."""

    gap: Gap
    anchor: str
    backed: Backed


def gap_groups(review: Review, record: Record) -> list[tuple[str, list[Card]]]:
    """Gaps by area, the gravest first; areas without a gap are left out."""
    known = by_id(record.timeline)
    cards = [Card(g, f"gap-{n}", _backed(g.evidence, known)) for n, g in enumerate(review.gaps, 1)]
    groups = [(title, [c for c in cards if c.gap.area == area]) for area, title in AREAS.items()]
    return [(title, found) for title, found in groups if found]


@dataclass(frozen=True)
class Judged:
    """A verdict with its evidence looked up."""

    verdict: Verdict
    backed: Backed


@dataclass(frozen=True)
class Group:
    """Verdicts about one thing: those that a reader must see, and those that went well or did not apply."""

    title: str
    counts: tuple[tuple[str, int], ...]
    loud: tuple[Judged, ...]
    quiet: tuple[Judged, ...]


def expectation_groups(review: Review, record: Record) -> list[Group]:
    """Verdicts by what they are about; what was missed first, what could not be decided right after it."""
    known = by_id(record.timeline)
    return [
        _group(title, [v for v in review.verdicts if v.about == about], known)
        for about, title in ABOUT.items()
        if any(v.about == about for v in review.verdicts)
    ]


def _group(title: str, verdicts: Sequence[Verdict], known: Mapping[str, Event]) -> Group:
    judged = [Judged(v, _backed(v.evidence, known)) for a in ANSWERS for v in verdicts if v.verdict == a]
    counts = tuple((a, n) for a in ANSWERS if (n := sum(v.verdict == a for v in verdicts)))
    loud = tuple(j for j in judged if j.verdict.verdict in ("missed", "undecidable"))
    return Group(title, counts, loud, tuple(j for j in judged if j not in loud))


@dataclass(frozen=True)
class StepRow:
    """A step of the runbook; `at` where its deed was seen. `tone` is that of its mark: as a verdict's, or `warn`."""

    step: StepVerdict
    at: datetime | None
    tone: str


def step_rows(review: Review, record: Record) -> list[StepRow]:
    known = by_id(record.timeline)
    return [StepRow(s, _when(s, known), _tone(s)) for s in review.steps]


def _when(step: StepVerdict, known: Mapping[str, Event]) -> datetime | None:
    """An absence has no moment: its evidence are signs of life."""
    event = known.get(step.evidence[0]) if step.evidence else None
    return event.at if event is not None and event.kind != "source.alive" and step.status != "undecidable" else None


def _tone(step: StepVerdict) -> str:
    match step.status:
        case "done":
            return "met"
        case "undecidable":
            return "undecidable"
        case "achieved_otherwise":
            return "warn"
        case "not_applicable":
            return "not_applicable"
        case _:
            return "missed" if step.required or step.status != "skipped" else "not_applicable"


@dataclass(frozen=True)
class Removal:
    """What became of one fault. `held` in seconds, None where it is not known."""

    fault: FaultRecord
    held: float | None


def removals(record: Record) -> list[Removal]:
    return [Removal(f, _held(f)) for f in record.faults]


def _held(fault: FaultRecord) -> float | None:
    if fault.armed_at is None or fault.ended_at is None:
        return None
    return (fault.ended_at - fault.armed_at).total_seconds()


def _backed(evidence: Sequence[str], known: Mapping[str, Event]) -> Backed:
    return Backed(proofs(evidence[:MOST_PROOF], known), max(0, len(evidence) - MOST_PROOF))
