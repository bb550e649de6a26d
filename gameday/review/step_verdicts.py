"""What became of each step of the runbook: from evidence and outcome, which are two different things."""

from __future__ import annotations

from datetime import datetime, timedelta

from gameday.model.drill import Moment
from gameday.model.event import Event
from gameday.model.runbook import Step
from gameday.model.verdict import StepStatus, StepVerdict
from gameday.review.anchors import mitigation_due
from gameday.review.facts import Facts
from gameday.review.impact import answered, good_from
from gameday.review.mitigation import SHOWS_WITHIN, Change, done_at
from gameday.review.traces import by_people, failed_attempt, find, forbidden, sources


def step_verdicts(facts: Facts) -> tuple[StepVerdict, ...]:
    """One for each step of the page, in its order. None where the drill has no page."""
    runbook, use = facts.record.plan.runbook, facts.record.plan.scenario.runbook
    if runbook is None:
        return ()
    required = {i for entry in (use.required if use else ()) for i in entry.split("|")}
    judging = _Judging(facts)
    return tuple(judging.verdict(step).model_copy(update={"required": step.id in required}) for step in runbook.steps)


class _Judging:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._since = facts.since or facts.ended
        seen = (e for e in facts.record.timeline if e.at >= self._since)
        self._seen = by_people(sorted(seen, key=lambda e: (e.at, e.seq)))

    def verdict(self, step: Step) -> StepVerdict:
        if (why := self._not_applicable(step)) is not None:
            return _say(step, "not_applicable", why)
        if step.evidence is None:
            return _say(step, "undecidable", "the page names no evidence for this step")
        if found := find(step.evidence, self._seen):
            return self._without_what_it_forbids(step) or self._seen_done(step, found)
        if (attempt := failed_attempt(step.evidence, self._seen)) is not None:
            return _say(step, "impossible", f"the command ended with exit code {attempt.text('exit')}", attempt.id)
        return self._not_seen(step)

    def _without_what_it_forbids(self, step: Step) -> StepVerdict | None:
        """What a step forbids was not seen: that says something only where somebody looked all the time."""
        assert step.evidence is not None
        seeing = dict.fromkeys(s for p in forbidden(step.evidence) for s in sources(p))
        blind = self._facts.sight.first_blind(tuple(seeing), self._since, self._facts.ended)
        return _say(step, "undecidable", f"what it forbids was not seen, but {blind.why}", blind.event) if blind else None

    def _not_applicable(self, step: Step) -> str | None:
        plan, facts = self._facts.record.plan, self._facts
        if plan.no_fault:
            return "a control run has nothing to respond to"
        if plan.responders == "none":
            return "nobody responded to this drill, as planned"
        if facts.since is None or facts.milestones.impact_began is None:
            return "there was no impact to respond to"
        if (why := facts.nobody_could_respond) and not facts.sight.blind("pager", facts.since, facts.ended):
            return why
        if step.phase == "after":
            return "it belongs to the time after the incident"
        return "it is a decision, which leaves no trace" if step.kind == "judge" and step.evidence is None else None

    def _seen_done(self, step: Step, found: tuple[Event, ...]) -> StepVerdict:
        ids = tuple(e.id for e in found)
        if step.outcome is None:
            return _say(step, "done", _trace(found[-1]), *ids)
        return self._with_outcome(step, step.outcome.canary_good_for, found, ids)

    def _with_outcome(self, step: Step, lasting: timedelta, found: tuple[Event, ...], ids: tuple[str, ...]) -> StepVerdict:
        facts, at = self._facts, found[-1].at
        until = done_at(found[-1]) + (step.within or timedelta(minutes=5)) + lasting
        good = good_from(facts.samples, at, lasting, facts.record.plan.scenario.canary)
        served = answered(sample) if good and (sample := facts.record.timeline.by_id(good.event)) else None
        injected = facts.injector_ended
        if good is not None and served is not None and good.at + lasting <= until and not (injected and injected.at < served):
            if other := self._done_since(step, found[-1], served):
                why = f"done, and users were served again only after {_trace(other.event)}"
                return _say(step, "undecidable", why, *ids, other.event.id, good.event)
            return _say(step, "done", f"{_trace(found[-1])}, and users were served again", *ids, good.event)
        if blind := facts.sight.blind("canary", at, min(until, facts.ended)):
            return _say(step, "undecidable", f"done, but {blind.why}", *ids, blind.event)
        if injected is not None and injected.at < until:
            return _say(step, "undecidable", "the fault was taken back before the step had to show an effect", *ids, injected.event)
        if facts.ended < until:
            return _say(step, "undecidable", "the drill ended before the step had to show an effect", *ids)
        return _say(step, "no_effect", "users were not served again in the time the page gives", *ids)

    def _done_since(self, step: Step, own: Event, served: datetime) -> Change | None:
        """Another change, just before users were served again and long after this step: then the step did not do it."""
        if served - done_at(own) <= SHOWS_WITHIN:
            return None
        since = max(done_at(own), served - SHOWS_WITHIN)
        others = [c for c in self._facts.changes if since < done_at(c.event) <= served and step.id not in c.steps]
        return others[-1] if others else None

    def _not_seen(self, step: Step) -> StepVerdict:
        facts = self._facts
        assert step.evidence is not None
        seeing = sources(step.evidence)
        until = facts.ended
        if blind := facts.sight.first_blind(seeing, self._since, until):
            return _say(step, "undecidable", f"no trace of it, but {blind.why}", blind.event)
        if facts.cut_short:
            return _say(step, "undecidable", "no trace of it, but the record of the drill has no end")
        if facts.aborted:
            return _say(step, "undecidable", "no trace of it before the drill was stopped early", facts.aborted.event)
        over, due = facts.milestones.impact_over, mitigation_due(facts)
        if step.kind == "mitigate" and over and not facts.recovered_by_injector:
            return self._otherwise(step, over)
        if due and (ended := facts.taken_back_before(due)):
            return _say(step, "undecidable", "the fault was taken back before it had to be done", ended.event)
        if step.kind == "mitigate" and (blind := facts.ended_unseen) and (due is None or blind.since < due):
            return _say(step, "undecidable", f"users may have been served again before it had to be done: {blind.why}", blind.event)
        proof = tuple(i for s in seeing for i in facts.sight.proof(s, self._since, until))
        return _say(step, "skipped", f"no trace of it in {', '.join(seeing)}, which answered throughout", *proof)

    def _otherwise(self, step: Step, over: Moment) -> StepVerdict:
        """The impact ended without this step: what did it?"""
        did = self._facts.ended_by
        if did is None:
            return _say(step, "undecidable", "the impact ended, and no trace explains it", over.event)
        if step.id in did.steps:
            return _say(step, "achieved_otherwise", f"the impact ended after a part of it: {_trace(did.event)}", did.event.id, over.event)
        if did.steps:
            return _say(step, "achieved_otherwise", f"{' and '.join(did.steps)} ended the impact instead", did.event.id, over.event)
        return _say(step, "achieved_otherwise", f"the impact ended after {_trace(did.event)}", did.event.id, over.event)


def _trace(event: Event) -> str:
    """An event in a few words, without saying who."""
    match event.kind:
        case "change.flag":
            return f"flag {event.subject.name} was set to {event.text('value')}"
        case "change.deploy":
            return f"{event.subject.name} {event.text('release')} was deployed"
        case "comm.public":
            return "the status page was updated"
        case "comm.internal" | "note":
            return "it was written in the log"
        case "page.acked":
            return "the page was acknowledged"
        case "doc.opened":
            return f"{event.subject.name} was opened"
    if event.source == "docker":
        return f"docker {event.text('action')} of {event.subject.name}"
    return f"`{event.text('command')[:80]}` was run"


def _say(step: Step, status: StepStatus, why: str, *evidence: str) -> StepVerdict:
    ids = tuple(dict.fromkeys(e for e in evidence if e))
    return StepVerdict(id=step.id, title=step.title, kind=step.kind, status=status, why=why, evidence=ids)
