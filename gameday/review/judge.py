"""The review stage: study the record, ask every gap rule, put it together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from gameday.model.drill import Drill
from gameday.model.gap import Gap
from gameday.model.record import Record
from gameday.model.review import DrillSummary, Outcome, Review, Safety
from gameday.model.verdict import Verdict
from gameday.review.alert_verdicts import alert_verdicts
from gameday.review.drill_verdicts import drill_verdicts
from gameday.review.durations import durations
from gameday.review.end_state import left_behind
from gameday.review.facts import Facts, facts_of
from gameday.review.impact import felt
from gameday.review.noise_verdicts import noise_verdicts
from gameday.review.path_verdicts import path_verdicts
from gameday.review.response_verdicts import response_verdicts
from gameday.review.step_verdicts import step_verdicts

AREAS = ("drill", "tooling", "documentation", "process")
CONTROL_RULES = frozenset(
    {"alert_unexpected", "heartbeat_missing", "baseline_not_steady", "observer_blind", "runbook_section_missing", "cleanup_incomplete"}
)
"""What a control run can find: there was no fault to detect or to respond to."""


class Rule(Protocol):
    """A module of `gaps/`."""

    __name__: str

    def find(self, drill: Drill) -> Iterable[Gap]: ...


def review(record: Record, rules: Iterable[Rule]) -> Review:
    """Judge one drill. The same record and rules give the same review, today and in ten years."""
    facts = facts_of(record)
    drill = study(facts)
    asked = [r for r in rules if _name(r) not in record.plan.rules_off]
    if record.plan.no_fault:
        asked = [r for r in asked if _name(r) in CONTROL_RULES]
    gaps = [gap for rule in asked for gap in rule.find(drill)]
    unique = {g.fingerprint: g for g in reversed(gaps)}.values()
    return Review(
        drill=_summary(facts),
        milestones={name: m.at if m else None for name, m in facts.milestones.items()},
        durations=durations(facts),
        verdicts=drill.verdicts,
        steps=drill.steps,
        gaps=tuple(sorted(unique, key=lambda g: (g.severity, AREAS.index(g.area), g.rule, g.subject.name))),
        impact=felt(record.timeline, facts.hurt, facts.ended),
        safety=_safety(record),
    )


def study(facts: Facts) -> Drill:
    """The drill as gap rules see it: facts and verdicts."""
    steps = step_verdicts(facts)
    verdicts = (
        *drill_verdicts(facts), *alert_verdicts(facts), *noise_verdicts(facts), *response_verdicts(facts), *path_verdicts(facts, steps)
    )  # fmt: skip
    return Drill(
        record=facts.record,
        started=facts.started,
        ended=facts.ended,
        milestones=facts.milestones,
        alerts=facts.stories,
        page=facts.page,
        floors=facts.floors,
        steps=steps,
        verdicts=tuple(_with_proof(v, facts.record) for v in verdicts),
    )


def _with_proof(verdict: Verdict, record: Record) -> Verdict:
    """Nothing is missed without evidence. Where the record lacks events, the record itself is it."""
    if verdict.verdict != "missed" or verdict.evidence:
        return verdict
    first = tuple(e.id for e in record.timeline.events[:1])
    return verdict.model_copy(update={"evidence": first or ("timeline.jsonl",)})


def _name(rule: Rule) -> str:
    return rule.__name__.rpartition(".")[2]


def _summary(facts: Facts) -> DrillSummary:
    plan, timeline = facts.record.plan, facts.record.timeline
    ending = timeline.first("drill.unsteady", "drill.aborted")
    note = ending.text("why") if ending else ""
    if facts.cut_short:
        note = note or "the drill's process ended before it could close the timeline"
    return DrillSummary(
        id=plan.drill,
        scenario=plan.name,
        title=plan.scenario.title,
        environment=plan.scenario.environment,
        started=facts.started,
        ended=facts.ended,
        outcome=_outcome(facts),
        responders=plan.responders,
        no_fault=plan.no_fault,
        note=note,
    )


def _outcome(facts: Facts) -> Outcome:
    if any(not f.removed for f in facts.record.faults) or left_behind(facts.record):
        return "stuck"
    if facts.cut_short:
        return "crashed"
    timeline = facts.record.timeline
    if timeline.first("drill.unsteady"):
        return "invalid"
    return "aborted" if timeline.first("drill.aborted") else "completed"


def _safety(record: Record) -> Safety:
    left = tuple(f"{f.fault} on {f.target}: {f.detail or 'its undo was never verified'}" for f in record.faults if not f.removed)
    return Safety(faults=len(record.faults), removed_and_verified=sum(f.removed for f in record.faults), left=(*left, *left_behind(record)))
