"""Did the drill prove anything: steady state, faults in effect and removed, sources that could see, who ended it."""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.drill import Moment
from gameday.model.record import FaultRecord
from gameday.model.verdict import Verdict
from gameday.review.end_state import end_state_verdict
from gameday.review.facts import Facts
from gameday.review.impact import impact_began
from gameday.review.saying import say


def drill_verdicts(facts: Facts) -> Iterator[Verdict]:
    yield _steady_state(facts)
    for fault in _fault_ids(facts):
        yield _effect(facts, fault)
    for record in facts.record.faults:
        yield _removed(facts, record)
    yield from end_state_verdict(facts.record)
    yield from _sources(facts)
    yield from _guards(facts)
    yield _mitigated_by_people(facts)


def _steady_state(facts: Facts) -> Verdict:
    timeline, expects = facts.record.timeline, "the steady state is met before anything is broken"
    if unsteady := timeline.first("drill.unsteady"):
        looks = [e.id for e in timeline.of("probe.answer", until=unsteady.at) if e.data.get("holds") is False][-3:]
        return say("steady_state", expects, "drill", "missed", unsteady.text("why"), unsteady.id, *looks)
    if steady := timeline.first("drill.steady"):
        return say("steady_state", expects, "drill", "met", "users were served, probes answered inside their bounds", steady.id)
    return say("steady_state", expects, "drill", "undecidable", "the drill ended before the steady state was asked for")


def _fault_ids(facts: Facts) -> list[str]:
    return [] if facts.record.plan.no_fault else [f.id for f in facts.record.plan.faults]


def promises_impact(facts: Facts) -> bool:
    """Whether the scenario says that users will feel the fault."""
    expect = facts.record.plan.scenario.expect
    within = expect.response.within
    return bool(expect.alerts.expected or within.impact_over or within.first_mitigation)


def _effect(facts: Facts, fault: str) -> Verdict:
    timeline = facts.record.timeline
    planned = next(f for f in facts.record.plan.faults if f.id == fault)
    key, expects = (
        f"fault:{fault}:effect",
        f"{planned.fault} on {planned.target.service} is in effect, and users feel what the scenario promises",
    )
    for event in timeline.of("fault.not_live", "fault.failed", name=fault):
        return say(key, expects, "drill", "missed", event.text("why") or "it was injected and not seen in effect", event.id)
    for event in timeline.of("fault.not_triggered", name=fault):
        return say(key, expects, "drill", "not_applicable", event.text("why"), event.id)
    armed = timeline.first("fault.armed", name=fault)
    if armed is None:
        return say(key, expects, "drill", "undecidable", "it was not injected before the drill ended")
    began = facts.milestones.impact_began
    if began is not None or not promises_impact(facts):
        return say(key, expects, "drill", "met", "it was seen in effect", armed.id, began.event if began else "")
    until = facts.injector_ended.at if facts.injector_ended else facts.ended
    if blind := facts.sight.blind("canary", armed.at, until):
        return say(key, expects, "drill", "undecidable", blind.why, armed.id, blind.event)
    if facts.cut_short or timeline.first("drill.aborted"):
        return say(key, expects, "drill", "undecidable", "the drill ended early, before users felt it", armed.id)
    canary = facts.record.plan.scenario.canary
    if later := impact_began([s for s in facts.samples if s.at > until], canary):
        return say(key, expects, "drill", "undecidable", "users were hurt, and only after it was taken back", armed.id, later.event)
    if len(timeline.of("canary.sample", since=armed.at, until=until)) < canary.bad.bad:
        why = f"it was in effect for fewer than {canary.bad.bad} samples of the canary"
        return say(key, expects, "drill", "undecidable", why, armed.id)
    seen = facts.sight.proof("canary", armed.at, until)
    return say(key, expects, "drill", "missed", "in effect, and the canary saw no impact", armed.id, *seen)


def _removed(facts: Facts, fault: FaultRecord) -> Verdict:
    key, expects = f"fault:{fault.id}:removed", f"{fault.fault} on {fault.target} is removed, and that is verified"
    events = facts.record.timeline.of("fault.undone", "fault.undo_failed", "fault.armed", "fault.injecting", name=fault.id)
    proof = [e.id for e in events if e.kind == "fault.undone"] or [e.id for e in events[-1:]] or [_ledger(fault)]
    if fault.removed:
        return say(key, expects, "drill", "met", f"verified by the {fault.undone_by or 'drill'}: {fault.detail or 'removed'}", *proof)
    why = fault.detail or "its undo was never verified"
    return say(key, expects, "drill", "missed", why, *([e.id for e in events[-1:]] or [_ledger(fault)]))


def _ledger(fault: FaultRecord) -> str:
    return f"ledger.jsonl {fault.id}"


def needed_sources(facts: Facts) -> tuple[str, ...]:
    """The sources that verdicts of this scenario hang on."""
    plan = facts.record.plan
    alerts = plan.scenario.expect.alerts
    needed = ["canary", "prometheus"]
    if alerts.expected or alerts.heartbeat:
        needed.append("pager")
    if plan.responders != "none" and not plan.no_fault:
        needed += ["ops", "words"]
        kinds = {s for step in (plan.runbook.steps if plan.runbook else ()) if step.evidence for s in _sources_of(step.evidence)}
        needed += sorted(kinds & {"shell", "docker"})
    return tuple(s for s in dict.fromkeys(needed) if s in plan.sources)


def _sources_of(evidence: object) -> tuple[str, ...]:
    from gameday.model.evidence import Predicate
    from gameday.review.traces import sources

    return sources(evidence) if isinstance(evidence, Predicate) else ()


def _sources(facts: Facts) -> Iterator[Verdict]:
    for damage in facts.record.damage:
        first = facts.record.timeline.events[:1]
        yield say(
            "source:record", "the record of the drill is whole", "drill", "missed", damage, *([e.id for e in first] or ["timeline.jsonl"])
        )
    if facts.since is None:
        return
    for source in needed_sources(facts):
        expects = f"{source} can be read from the fault to the end"
        if blind := facts.sight.blind(source, facts.since, facts.ended):
            proof = (blind.event,) if blind.event else tuple(e.id for e in facts.record.timeline.events[:1])
            yield say(f"source:{source}", expects, "drill", "missed", blind.why, *proof)
        else:
            proof = facts.sight.proof(source, facts.since, facts.ended)
            yield say(f"source:{source}", expects, "drill", "met", "it answered throughout", *proof)


def _guards(facts: Facts) -> Iterator[Verdict]:
    for bound in facts.record.plan.scenario.expect.response.guards:
        key, expects = f"guard:{bound.probe}", f"{bound} once users are served again"
        asked = [e for e in facts.record.timeline.of("probe.answer", name=bound.probe) if e.text("for") == "guard"]
        wrong = [e for e in asked if e.data.get("holds") is False]
        seen = [e for e in asked if e.data.get("holds") is True]
        if wrong:
            yield say(key, expects, "system", "missed", f"was {wrong[0].text('value')}", wrong[0].id)
        elif seen:
            yield say(key, expects, "system", "met", f"was {seen[-1].text('value')}", seen[-1].id)
        elif asked:
            yield say(key, expects, "system", "undecidable", asked[-1].text("why"), asked[-1].id)
        else:
            yield say(key, expects, "system", "not_applicable", "users were not seen to be served again")


def _mitigated_by_people(facts: Facts) -> Verdict:
    key, expects = "mitigated_by_people", "the impact is ended by the response, not by the end of the fault"
    plan, began = facts.record.plan, facts.milestones.impact_began
    within = plan.scenario.expect.response.within
    wanted = any(f.hold for f in plan.scenario.faults) or within.impact_over or within.first_mitigation
    if plan.no_fault or plan.responders == "none" or not wanted or began is None:
        return say(key, expects, "drill", "not_applicable", "there was nothing for people to mitigate")
    ended, over = facts.recovery, facts.milestones.impact_over
    if facts.cut_short:
        return say(key, expects, "drill", "undecidable", "the record of the drill has no end", began.event)
    if facts.recovered_by_injector and ended is not None:
        if why := facts.nobody_could_respond:
            return say(key, expects, "drill", "not_applicable", f"{why}, so nobody could mitigate", ended.event)
        if (blind := facts.ended_unseen) and blind.since < ended.at:
            return say(key, expects, "drill", "undecidable", blind.why, began.event, blind.event)
        return say(
            key, expects, "drill", "missed", "the fault was taken back while users were still not served", ended.event or began.event
        )
    if earlier := _an_earlier_recovery(facts):
        why = "the fault was taken back while users were still not served, before another fault came"
        return say(key, expects, "drill", "missed", why, earlier.event or began.event)
    if over is None:
        return say(key, expects, "drill", "undecidable", "the drill ended before the impact did", began.event)
    if blind := facts.sight.blind("canary", began.at, over.at):
        return say(key, expects, "drill", "undecidable", blind.why, blind.event)
    return say(key, expects, "drill", "met", "users were served again under the live fault", over.event)


def _an_earlier_recovery(facts: Facts) -> Moment | None:
    """The taking back of a fault that people were to mitigate, which ended an impact before the last one."""
    plan = facts.record.plan
    held = {planned.id for planned, injection in zip(plan.faults, plan.scenario.faults, strict=False) if injection.hold}
    for hurt in facts.hurt[:-1]:
        ended = facts.recovery_of(hurt)
        event = facts.record.timeline.by_id(ended.event) if ended and ended.event else None
        if event is not None and event.subject.name in held:
            return ended
    return None
