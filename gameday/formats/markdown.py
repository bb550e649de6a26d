"""`report.md`: the report as plain text for wikis, tickets and pull requests."""

from __future__ import annotations

import re

from gameday.model.gap import Gap
from gameday.model.record import Record
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.model.telling import ABOUT, AREAS, CONFIDENCES, DURATIONS, MILESTONES, SEVERITIES, clock, detection, headline, span, zero

_ACTIVE = re.compile(r"([\\`*_{}\[\]#|!~])")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|javascript|data):|\bwww\.")


class Markdown:
    """Sections in the order a reader needs them. Text from outside cannot become markup, a link or HTML."""

    ending = "md"

    def render(self, review: Review, record: Record) -> str:
        parts = [_head(review), _milestones(review), _durations(review), _gaps(review), _verdicts(review), _steps(review), _safety(review)]
        return "\n\n".join(p for p in parts if p) + "\n"


def _t(text: str, cap: int = 500) -> str:
    """Text from outside: inert in Markdown and HTML, on one line, addresses not clickable."""
    plain = _ACTIVE.sub(r"\\\1", safe(text, cap)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ADDRESS.sub(lambda found: found[0].replace(":", "&#58;").replace(".", "&#46;"), plain)


def _head(review: Review) -> str:
    drill = review.drill
    kind = "control run, nothing was broken" if drill.no_fault else f"responders: {drill.responders}"
    return (
        f"# {_t(drill.title)}\n\n**THIS WAS A DRILL.** {_t(headline(review))}\n\n"
        f"{_t(drill.id)} · {_t(drill.environment)} · {kind} · {drill.outcome} · "
        f"{drill.started:%Y-%m-%d %H:%M:%S} to {drill.ended:%H:%M:%S} UTC"
    )


def _milestones(review: Review) -> str:
    known = sorted(((at, name) for name, at in review.milestones.items() if at), key=lambda m: m[0])
    rows = [f"| {clock(at, zero(review))} | {at:%H:%M:%S.%f} | {MILESTONES.get(name, name)} |" for at, name in known]
    if not rows:
        return ""
    said = detection(review)
    return "\n".join(["## What happened", "", "| after the fault | UTC | |", "| --: | --- | --- |", *rows]) + (
        f"\n\n{_t(said)}." if said else ""
    )


def _durations(review: Review) -> str:
    rows = [f"| {DURATIONS.get(name, name)} | {span(value)} |" for name, value in review.durations.items()]
    impact = review.impact
    if impact.requests:
        rows.append(f"| requests that failed meanwhile | {impact.failed} of {impact.requests} |")
    if impact.users_affected:
        rows.append(f"| customers with a failed request | {impact.users_affected} |")
    return "\n".join(["## How long it took", "", "| | |", "| --- | --: |", *rows]) if rows else ""


def _gaps(review: Review) -> str:
    if not review.gaps:
        return "## Gaps\n\nNone."
    parts = ["## Gaps"]
    for area, title in AREAS.items():
        found = [g for g in review.gaps if g.area == area]
        if found:
            parts += [f"### {title}", *(_gap(g) for g in found)]
    return "\n\n".join(parts)


def _gap(gap: Gap) -> str:
    proof = ", ".join(_t(e, 120) for e in gap.evidence)
    return (
        f"**{gap.severity} {_t(gap.summary)}** ({SEVERITIES[gap.severity]})\n\n"
        f"- rule: `{gap.rule}`, confidence {gap.confidence} ({CONFIDENCES[gap.confidence]})\n"
        f"- expected: {_t(gap.expected)}\n- observed: {_t(gap.observed)}\n- to do: {_t(gap.fix)}\n- evidence: {proof}"
    )


def _verdicts(review: Review) -> str:
    parts = ["## Every expectation"]
    for about, title in ABOUT.items():
        found = [v for v in review.verdicts if v.about == about]
        if found:
            rows = [f"| {v.verdict.replace('_', ' ')} | {_t(v.expectation)} | {_t(v.why)} |" for v in found]
            parts.append("\n".join([f"### {title}", "", "| verdict | expected | why |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts) if len(parts) > 1 else ""


def _steps(review: Review) -> str:
    if not review.steps:
        return ""
    rows = [
        f"| {_t(s.id)} | {_t(s.title)} | {s.status.replace('_', ' ')} | {'yes' if s.required else ''} | {_t(s.why)} |" for s in review.steps
    ]
    return "\n".join(["## Runbook steps", "", "| step | | became | required | why |", "| --- | --- | --- | --- | --- |", *rows])


def _safety(review: Review) -> str:
    safety = review.safety
    text = f"{safety.removed_and_verified} of {safety.faults} faults removed and verified." if safety.faults else "No fault was injected."
    left = [f"- **still there:** {_t(x, 1_000)}" for x in safety.left]
    return "\n".join(["## Proof of removal", "", text, *left, "", f"Timeline head: `{review.timeline_head}`"])
