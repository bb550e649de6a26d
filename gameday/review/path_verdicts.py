"""Was the runbook followed: its required steps, and whether a documented step ended the impact."""

from __future__ import annotations

from collections.abc import Iterator

from gameday.model.verdict import Answer, StepVerdict, Verdict
from gameday.review.facts import Facts
from gameday.review.saying import say


def path_verdicts(facts: Facts, steps: tuple[StepVerdict, ...]) -> Iterator[Verdict]:
    yield from _required_steps(facts, steps)
    yield _path(facts, steps)


def _required_steps(facts: Facts, steps: tuple[StepVerdict, ...]) -> Iterator[Verdict]:
    """`m1|m2` is met by either. Achieved otherwise is not a skip."""
    use = facts.record.plan.scenario.runbook
    for entry in use.required if use else ():
        key, expects = f"step:{entry}", f"step {' or '.join(entry.split('|'))} of the runbook is done"
        found = [s for s in steps if s.id in entry.split("|")]
        evidence = tuple(e for s in found for e in s.evidence)
        why = "; ".join(f"{s.id} {s.status.replace('_', ' ')}: {s.why}" for s in found) or "the page has no such step"
        yield say(key, expects, "response", _answer({s.status for s in found}), why, *evidence)


def _answer(statuses: set[str]) -> Answer:
    if statuses & {"done", "achieved_otherwise"}:
        return "met"
    if not statuses or "undecidable" in statuses:
        return "undecidable"
    return "missed" if statuses & {"skipped", "impossible", "no_effect"} else "not_applicable"


def _path(facts: Facts, steps: tuple[StepVerdict, ...]) -> Verdict:
    key, expects = "path", "the impact is ended by a documented step"
    mitigations = [s for s in steps if s.kind == "mitigate"]
    over, done = facts.milestones.impact_over, [s for s in mitigations if s.status == "done"]
    if not mitigations or all(s.status == "not_applicable" for s in mitigations):
        why = "the page has no mitigation" if steps and not mitigations else "there was no response to a page"
        return say(key, expects, "documentation", "not_applicable", why)
    if facts.recovered_by_injector or (over is None and not done):
        return say(key, expects, "documentation", "not_applicable", "the response did not end the impact")
    if over is None:
        return say(key, expects, "documentation", "met", f"{done[0].id} did", *done[0].evidence)
    answer, why, proof = _who_ended_it(facts, steps)
    return say(key, expects, "documentation", answer, why, proof, over.event)


def _who_ended_it(facts: Facts, steps: tuple[StepVerdict, ...]) -> tuple[Answer, str, str]:
    """Whether the change that ended the impact is on the page, and the event that shows it."""
    did = facts.ended_by
    if did is None:
        return "undecidable", "no trace explains what ended the impact", ""
    if did.steps:
        own = [s for s in steps if s.id in did.steps]
        if all(s.status == "no_effect" for s in own):
            return "undecidable", f"no trace explains what ended the impact: {own[0].id} had no effect", did.event.id
        return "met", f"{' and '.join(did.steps)} did", did.event.id
    traced = {i for change in facts.changes for i in change.steps}
    unseen = [s for s in steps if s.kind == "mitigate" and s.status == "undecidable" and s.id not in traced]
    if unseen:
        return "undecidable", "; ".join(f"{s.id}: {s.why}" for s in unseen), did.event.id
    return "missed", "something else than the page's mitigations ended it", did.event.id
