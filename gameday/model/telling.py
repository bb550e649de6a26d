"""Words that every format uses for the same thing, so that reports agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from gameday.model.event import Event, Kind
from gameday.model.gap import Area
from gameday.model.plan import Plan
from gameday.model.record import Record
from gameday.model.review import Review, Span
from gameday.model.verdict import Answer

MILESTONES = {
    "fault_applied": "fault in effect",
    "impact_began": "users are hurt",
    "alert_pending": "alert pending",
    "alert_fired": "alert fires",
    "alert_delivered": "alert delivered",
    "acknowledged": "page acknowledged",
    "declared": "incident declared",
    "runbook_opened": "runbook opened",
    "first_mitigation": "first mitigation",
    "impact_over": "users are served again",
    "alert_resolved": "alert resolved",
    "fault_removed": "fault removed and verified",
}
DURATIONS = {
    "time_to_detect": "until somebody could know",
    "time_to_acknowledge": "until it was acknowledged",
    "time_to_declare": "until an incident was declared",
    "time_to_lead": "until a lead was named",
    "time_to_runbook": "until the runbook was open",
    "time_to_first_mitigation": "until the first mitigation",
    "time_to_mitigate": "until users were served again",
    "alert_reset": "until the alert let go",
}
AREAS: dict[Area, str] = {
    "tooling": "Tooling",
    "documentation": "Documentation",
    "process": "Process",
    "drill": "The drill itself",
}
SEVERITIES = {
    "S1": "would have lost the incident",
    "S2": "would have cost minutes or a wrong move",
    "S3": "friction",
    "S4": "note",
}
CONFIDENCES = {"A": "machine fact", "B": "inferred from order or absence", "C": "language heuristic"}
ABOUT = {
    "system": "The system",
    "monitoring": "Monitoring",
    "response": "Response",
    "documentation": "Documentation",
    "drill": "The drill itself",
}
ANSWERS: tuple[Answer, ...] = ("missed", "undecidable", "met", "not_applicable")
"""Verdicts in the order in which a reader needs them: what could not be decided stands beside what was missed."""
KNOBS = {"scrape_and_eval": "scrape, evaluation and window", "for": "`for`", "group_wait": "`group_wait`", "send": "sending"}
"""What each part of the time to detect is spent on, and what one would turn to change it."""


def clock(moment: datetime, zero: datetime) -> str:
    """`+07.4 s` or `+1:07.4` after the moment that counts as zero; a minus sign before it."""
    seconds = (moment - zero).total_seconds()
    sign, seconds = ("−" if seconds < -0.05 else "+"), abs(seconds)
    minutes = int(seconds // 60)
    return f"{sign}{minutes}:{seconds % 60:04.1f}" if minutes else f"{sign}{seconds:.1f} s"


def span(value: Span) -> str:
    """`4.6 s`, or `≥ 22.0 s` where it had not ended."""
    minutes, seconds = divmod(value.seconds, 60)
    text = f"{int(minutes)} min {seconds:.0f} s" if value.seconds >= 120 else f"{value.seconds:.1f} s"
    return f"≥ {text}" if value.censored else text


def zero(review: Review) -> datetime:
    """What offsets count from: the fault, else the start."""
    return review.milestones.get("fault_applied") or review.milestones.get("impact_began") or review.drill.started


def headline(review: Review) -> str:
    """The result in one sentence."""
    if review.safety.left:
        return "Something may still be broken."
    if review.drill.outcome == "invalid":
        return f"Nothing was injected: {review.drill.note}."
    if review.drill.outcome in ("aborted", "crashed"):
        return f"The drill ended early: {review.drill.note}."
    if review.drill.no_fault:
        found = len(review.gaps)
        return "Control run: no false alarm." if not found else f"Control run: {count(found, 'gap')}."
    if any(g.area == "drill" for g in review.gaps):
        return f"The drill itself has a gap, so not everything could be judged. {count(len(review.gaps), 'gap')} in all."
    return _found(review) + _open(review)


def _found(review: Review) -> str:
    if not review.gaps:
        return "No gap found."
    by_area = {a: sum(g.area == a for g in review.gaps) for a in AREAS}
    return f"{count(len(review.gaps), 'gap')}: " + ", ".join(f"{n} in {a}" for a, n in by_area.items() if n) + "."


def _open(review: Review) -> str:
    undecidable = sum(v.verdict == "undecidable" for v in review.verdicts)
    return f" {count(undecidable, 'expectation')} could not be decided." if undecidable else ""


def limits(plan: Plan) -> Mapping[str, timedelta]:
    """The scenario's budget for each duration. Left out where its alerts have different ones."""
    expect = plan.scenario.expect
    within = expect.response.within
    named = {
        "time_to_detect": _agreed(a.within for a in expect.alerts.expected),
        "time_to_acknowledge": within.ack,
        "time_to_declare": within.declare,
        "time_to_lead": within.lead,
        "time_to_first_mitigation": within.first_mitigation,
        "time_to_mitigate": within.impact_over,
        "alert_reset": _agreed(a.reset_within for a in expect.alerts.expected),
    }
    return {name: limit for name, limit in named.items() if limit is not None}


def _agreed(spans: Iterable[timedelta | None]) -> timedelta | None:
    different = set(spans)
    return different.pop() if len(different) == 1 else None


def detection(review: Review) -> str:
    """Time to detect beside its floor, and where it went; empty where nothing was detected."""
    found = review.durations.get("time_to_detect")
    if found is None or found.censored:
        return ""
    text = f"Detected in {span(found)}"
    if found.floor:
        text += f"; the floor of these settings is {found.floor[0]:.1f} to {found.floor[1]:.1f} s"
    if found.parts:
        text += " (" + ", ".join(f"{KNOBS.get(k, k)} {v:.1f} s" for k, v in found.parts.items()) + ")"
    return text


DEEDS: tuple[Kind, ...] = (
    "page.acked", "incident.declared", "incident.severity", "incident.role", "incident.resolved", "comm.public", "comm.internal", "note",
    "doc.opened", "action.mutate", "action.observe", "change.flag", "change.deploy",
)  # fmt: skip


def deed(event: Event) -> str:
    """What a responder did, in a few words; empty for what the drill did itself, and for reading one's inbox."""
    if event.actor_kind not in ("human", "unknown"):
        return ""
    name = event.subject.name
    match event.kind:
        case "page.acked":
            return "acknowledged the page"
        case "incident.declared":
            return f"declared an incident: {event.text('summary')}"
        case "incident.severity":
            return f"severity: {event.text('severity')}"
        case "incident.role":
            return f"role taken: {name}"
        case "incident.resolved":
            return f"resolved: {event.text('summary')}"
        case "comm.public":
            return f"status page: {event.text('text')}"
        case "comm.internal" | "note":
            return f"said: {event.text('text')}"
        case "doc.opened":
            status = event.text("status")
            return f"opened {name}" + (f" ({status})" if status != "200" else "") if "/inbox/" not in name else ""
        case "change.flag":
            return f"flag {name} set to {event.text('value')}"
        case "change.deploy":
            return f"deployed {name} {event.text('release')}"
    if event.source == "docker":
        return "" if event.text("action") in ("die", "oom", "exec_start", "kill") else f"docker {event.text('action')} {name}"
    return f"ran {event.text('command')}"


def count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def removal(review: Review, record: Record) -> str:
    """How many faults are verified removed, when that was so of the last one, and whether all is as before."""
    safety, ended = review.safety, [f.ended_at for f in record.faults if f.removed and f.ended_at]
    if not safety.faults:
        return "No fault was injected."
    when = f" at {max(ended):%H:%M:%S} UTC" if ended and safety.removed_and_verified == safety.faults else ""
    return f"{safety.removed_and_verified} of {count(safety.faults, 'fault')} removed and verified{when}{_as_before(review, record)}."


def _as_before(review: Review, record: Record) -> str:
    looked = record.timeline.first("drill.end_state")
    proof = next((v for v in review.verdicts if v.key == "end_state"), None)
    if looked is None or proof is None:
        died = record.timeline.first("drill.closed") is None
        return "; nobody looked whether all is as before" if died else ""
    words = {"met": "all targets as before, nothing left behind", "missed": "not everything is as before"}
    return f"; {words.get(proof.verdict, proof.why)} (looked at {looked.at:%H:%M:%S} UTC)"
