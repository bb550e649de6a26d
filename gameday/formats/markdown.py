"""`report.md`: the report as plain text for wikis, tickets and pull requests."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gameday.model.duration import format_duration
from gameday.model.event import Event
from gameday.model.gap import Gap
from gameday.model.proof import Proof, by_id, proofs
from gameday.model.record import FaultRecord, Record
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.model.telling import (
    ABOUT,
    ANSWERS,
    AREAS,
    CONFIDENCES,
    DURATIONS,
    MILESTONES,
    SEVERITIES,
    clock,
    detection,
    headline,
    limits,
    removal,
    span,
    zero,
)
from gameday.model.verdict import Answer

MOST_PROOF = 20
"""Pieces of evidence told for one gap."""
_ACTIVE = re.compile(r"([\\`*_{}\[\]#|!~])")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|javascript|data):|\bwww\.")


class Markdown:
    """Sections in the order a reader needs them. Text from outside cannot become markup, a link or HTML."""

    ending = "md"

    def render(self, review: Review, record: Record) -> str:
        parts = [
            _head(review, record),
            _milestones(review),
            _durations(review, record),
            _gaps(review, by_id(record.timeline)),
            _verdicts(review),
            _steps(review),
            _removal(review, record),
            _record(review, record),
        ]
        return "\n\n".join(p for p in parts if p) + "\n"


def _t(text: str, cap: int = 500) -> str:
    """Text from outside: inert in Markdown and HTML, on one line, addresses not clickable."""
    plain = _ACTIVE.sub(r"\\\1", safe(text, cap)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ADDRESS.sub(lambda found: found[0].replace(":", "&#58;").replace(".", "&#46;"), plain)


def _head(review: Review, record: Record) -> str:
    drill = review.drill
    kind = "control run, nothing was broken" if drill.no_fault else f"responders: {drill.responders}"
    return (
        f"# {_t(drill.title)}\n\n**THIS WAS A DRILL.** {_t(headline(review))}\n\n"
        f"{_t(drill.id)} · {_t(drill.environment)} · {kind} · {drill.outcome} · "
        f"{drill.started:%Y-%m-%d %H:%M:%S} to {drill.ended:%H:%M:%S} UTC"
    ) + "".join(f"\n\n**The record is damaged:** {_t(hole)}" for hole in record.damage)


def _milestones(review: Review) -> str:
    known = sorted(((at, name) for name, at in review.milestones.items() if at), key=lambda m: m[0])
    rows = [f"| {clock(at, zero(review))} | {at:%H:%M:%S.%f} | {MILESTONES.get(name, name)} |" for at, name in known]
    if not rows:
        return ""
    said = detection(review)
    return "\n".join(["## What happened", "", "| after the fault | UTC | |", "| --: | --- | --- |", *rows]) + (
        f"\n\n{_t(said)}." if said else ""
    )


def _durations(review: Review, record: Record) -> str:
    budgets = limits(record.plan)
    rows = [
        f"| {DURATIONS.get(name, name)} | {span(value)} | {format_duration(budgets[name]) if name in budgets else ''} |"
        for name, value in review.durations.items()
    ]
    impact = review.impact
    if impact.requests:
        rows.append(f"| requests that failed meanwhile | {impact.failed} of {impact.requests} | |")
        hurt = "unknown: no log tells them apart" if impact.users_affected is None else impact.users_affected
        rows.append(f"| customers with a failed request | {hurt} | |")
    return "\n".join(["## How long it took", "", "| | took | limit |", "| --- | --: | --: |", *rows]) if rows else ""


def _gaps(review: Review, known: Mapping[str, Event]) -> str:
    if not review.gaps:
        return "## Gaps\n\nNone."
    parts = ["## Gaps"]
    for area, title in AREAS.items():
        found = [g for g in review.gaps if g.area == area]
        if found:
            parts += [f"### {title}", *(_gap(g, review, known) for g in found)]
    return "\n\n".join(parts)


def _gap(gap: Gap, review: Review, known: Mapping[str, Event]) -> str:
    proof = "".join(f"\n  - {_proof(p, review)}" for p in proofs(gap.evidence[:MOST_PROOF], known))
    left = len(gap.evidence) - MOST_PROOF
    more = f"\n  - and {left} more in `review.json`" if left > 0 else ""
    return (
        f"**{gap.severity} {_t(gap.summary)}** ({SEVERITIES[gap.severity]})\n\n"
        f"- rule: `{gap.rule}`, confidence {gap.confidence} ({CONFIDENCES[gap.confidence]})\n"
        f"- expected: {_t(gap.expected)}\n- observed: {_t(gap.observed)}\n- to do: {_t(gap.fix)}\n- evidence:{proof}{more}"
    )


def _proof(proof: Proof, review: Review) -> str:
    """When, who saw it, what it said, where its bytes lie."""
    if proof.at is None:
        return _t(proof.reference, 200)
    return f"{clock(proof.at, zero(review))}, {_t(proof.source, 40)}: {_t(proof.said)} ({_t(proof.raw, 200)})"


def _verdicts(review: Review) -> str:
    parts = ["## Every expectation"]
    order = {answer: n for n, answer in enumerate(ANSWERS)}
    for about, title in ABOUT.items():
        found = sorted((v for v in review.verdicts if v.about == about), key=lambda v: order[v.verdict])
        if found:
            rows = [f"| {_answer(v.verdict)} | {_t(v.expectation)} | {_t(v.why)} |" for v in found]
            parts.append("\n".join([f"### {title}", "", "| verdict | expected | why |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts) if len(parts) > 1 else ""


def _answer(verdict: Answer) -> str:
    """What needs a reader's eye is bold, whether missed or not decided."""
    word = verdict.replace("_", " ")
    return f"**{word}**" if verdict in ("missed", "undecidable") else word


def _steps(review: Review) -> str:
    if not review.steps:
        return ""
    rows = [
        f"| {_t(s.id)} | {_t(s.title)} | {s.status.replace('_', ' ')} | {'yes' if s.required else ''} | {_t(s.why)} |" for s in review.steps
    ]
    return "\n".join(["## Runbook steps", "", "| step | | became | required | why |", "| --- | --- | --- | --- | --- |", *rows])


def _removal(review: Review, record: Record) -> str:
    safety, text = review.safety, removal(review, record)
    left = [f"- **still there:** {_t(x, 1_000)}" for x in safety.left]
    rows = [_fault(f, review) for f in record.faults]
    head = ["", "| fault | in effect | removed | by | how it was verified |", "| --- | --: | --: | --- | --- |"] if rows else []
    return "\n".join(["## Proof of removal", "", text, *left, *head, *rows])


def _fault(fault: FaultRecord, review: Review) -> str:
    origin = zero(review)
    armed = clock(fault.armed_at, origin) if fault.armed_at else "not seen"
    ended = clock(fault.ended_at, origin) if fault.ended_at and fault.removed else "**not verified**"
    return f"| {_t(fault.fault)} on {_t(fault.target)} | {armed} | {ended} | {_t(fault.undone_by)} | {_t(fault.detail)} |"


def _record(review: Review, record: Record) -> str:
    return f"## The record\n\n- plan hash: {_t(record.plan.hash)}\n- timeline head: {_t(review.timeline_head)}"
