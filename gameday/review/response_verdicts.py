"""Did the response go as the scenario says: its budgets, and whether an incident was declared where there was one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from gameday.model.drill import Moment
from gameday.model.event import Kind
from gameday.model.verdict import Answer, Verdict
from gameday.review import anchors
from gameday.review.anchors import Anchor
from gameday.review.facts import Facts
from gameday.review.impact import Hurt, breach
from gameday.review.saying import after, budget, say
from gameday.review.sight import Blindness
from gameday.review.traces import by_people

MAKERS = ("ops", "docker", "shell")
"""Sources that see what people change."""


def response_verdicts(facts: Facts) -> Iterator[Verdict]:
    response = _Response(facts)
    yield from response.budgets()
    yield from response.updates()
    yield response.criteria()


@dataclass(frozen=True)
class _Budget:
    """One thing that should happen within a span of an anchor."""

    key: str
    expects: str
    within: timedelta
    anchor: Anchor
    came: Moment | None

    @property
    def due(self) -> datetime:
        return self.anchor.at + self.within


class _Response:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._scenario = facts.record.plan.scenario
        self._words = tuple(s for s in anchors.WORDS if s in facts.record.plan.sources)
        self._aside = self._why_aside()

    def _why_aside(self) -> tuple[Answer, str] | None:
        facts, plan = self._facts, self._facts.record.plan
        if plan.no_fault:
            return "not_applicable", "a control run has nothing to respond to"
        if plan.responders == "none":
            return "not_applicable", "nobody responded to this drill, as planned"
        if facts.since is None:
            return "undecidable", "nothing was injected"
        if facts.milestones.impact_began is None:
            return "undecidable", "there was no impact to respond to"
        if why := facts.nobody_could_respond:
            if blind := facts.sight.blind("pager", facts.since, facts.ended):
                return "undecidable", blind.why
            return "not_applicable", why
        return None

    @property
    def _longest(self) -> Hurt:
        """Asked only where there was impact."""
        assert self._facts.longest is not None
        return self._facts.longest

    # --- budgets ------------------------------------------------------------------------------------------------

    def budgets(self) -> Iterator[Verdict]:
        within, m = self._scenario.expect.response.within, self._facts.milestones
        wanted: list[tuple[str, str, timedelta | None]] = [
            ("ack", "the page is acknowledged", within.ack),
            ("declare", "an incident is declared", within.declare),
            ("lead", "a lead is named", within.lead),
            ("severity", "a severity is set", within.severity),
            ("first_mitigation", "the first mitigation begins", within.first_mitigation),
            ("impact_over", "users are served again", within.impact_over),
        ]
        for name, expects, span in wanted:
            if span is None:
                continue
            expects = f"{expects} within {budget(span)}"
            if self._aside:
                yield say(f"response:{name}", expects, "response", *self._aside)
                continue
            if name == "ack" and self._facts.astray:
                why = "the page went to another team"
                yield say(f"response:{name}", expects, "response", "not_applicable", why, self._facts.astray.event)
                continue
            if name == "ack" and not self._facts.paged:
                yield self._no_page(expects)
                continue
            came = {
                "ack": m.acknowledged, "declare": m.declared, "lead": self._first("incident.role", "lead"),
                "severity": self._first("incident.severity"), "first_mitigation": m.first_mitigation, "impact_over": self._longest.over,
            }[name]  # fmt: skip
            yield self._judge(_Budget(f"response:{name}", expects, span, _anchor(name, self._facts), came))

    def _no_page(self, expects: str) -> Verdict:
        if blind := self._facts.sight.blind("pager", self._facts.since or self._facts.ended, self._facts.ended):
            return say("response:ack", expects, "response", "undecidable", blind.why, blind.event)
        return say("response:ack", expects, "response", "not_applicable", "no page was delivered")

    def _judge(self, b: _Budget) -> Verdict:
        if (ended := self._fault_gone(b)) is not None:
            why = "the fault was taken back before the time was over"
            return say(b.key, b.expects, "response", "undecidable", why, b.anchor.event, ended.event)
        if b.came is None:
            return self._absent(b, b.due)
        why = f"after {max(0.0, (b.came.at - b.anchor.at).total_seconds()):.1f} s"
        if b.came.at <= b.due and (blind := self._earlier_anchor(b, b.came)):
            return say(
                b.key, b.expects, "response", "undecidable", f"{why}, perhaps counted too late: {blind.why}", b.came.event, blind.event
            )
        if b.anchor.earliest + b.within < b.came.at <= b.due:
            why = "what it counts from was not seen, and nothing says by when that had to come"
            return say(b.key, b.expects, "response", "undecidable", why, b.anchor.event, b.came.event)
        if b.came.at <= b.due:
            return say(b.key, b.expects, "response", "met", why, b.anchor.event, b.came.event)
        over = self._facts.milestones.impact_over
        if b.key == "response:first_mitigation" and over and over.at <= b.due:
            return say(b.key, b.expects, "response", "undecidable", "the impact ended before, and no trace explains it", over.event)
        if unsure := self._perhaps_no_miss(b, b.due):
            return unsure
        if blind := self._facts.sight.first_blind(self._sources(b), self._facts.since or b.anchor.at, b.due):
            why = f"seen {why}, and may have come before: {blind.why}"
            return say(b.key, b.expects, "response", "undecidable", why, b.came.event, blind.event)
        return say(b.key, b.expects, "response", "missed", why, b.anchor.event, b.came.event)

    def _fault_gone(self, b: _Budget) -> Moment | None:
        """The drill took the fault back before this had to be done: what came later, or never, says nothing."""
        facts = self._facts
        if b.key == "response:first_mitigation":
            # While users are hurt there is something to mitigate, whatever the drill did.
            gone = facts.taken_back_before(b.due)
            return gone if gone and (b.came is None or b.came.at > gone.at) else None
        ended = facts.recovery_of(self._longest) if b.key == "response:impact_over" else None
        return ended if ended is not None and ended.at < b.due else None

    def _earlier_anchor(self, b: _Budget, came: Moment) -> Blindness | None:
        """Why what the budget counts from may have been there so early that `came` was too late after it."""
        seen_by = {"response:ack": ("pager",), "response:impact_over": ("canary",)}.get(b.key, self._words)
        since = self._facts.since or b.anchor.at
        return self._facts.sight.overlooked(seen_by, since, b.anchor.at, b.within, came.at)

    def _perhaps_no_miss(self, b: _Budget, due: datetime) -> Verdict | None:
        """Undecidable where what it counts from may have come later unseen, or the impact may have been over before; else None."""
        since = self._facts.since or b.anchor.at
        if blind := self._facts.sight.first_blind(b.anchor.seen_by, since, due):
            return say(b.key, b.expects, "response", "undecidable", f"what it counts from may have come unseen: {blind.why}", blind.event)
        blind = self._facts.ended_unseen if b.key == "response:first_mitigation" else None
        if blind and blind.since < due:
            why = f"users may have been served again before: {blind.why}"
            return say(b.key, b.expects, "response", "undecidable", why, b.anchor.event, blind.event)
        return None

    def _sources(self, b: _Budget) -> tuple[str, ...]:
        """Who could have seen it."""
        if b.key == "response:impact_over":
            return ("canary",)
        return MAKERS if b.key == "response:first_mitigation" else self._words

    def _absent(self, b: _Budget, due: datetime) -> Verdict:
        facts, sources = self._facts, self._sources(b)
        if facts.ended < due or facts.cut_short:
            return say(b.key, b.expects, "response", "undecidable", "the drill ended before the time was over", b.anchor.event)
        if blind := facts.sight.first_blind(sources, facts.since or b.anchor.at, due):
            return say(b.key, b.expects, "response", "undecidable", blind.why, b.anchor.event, blind.event)
        if b.key == "response:first_mitigation" and facts.milestones.impact_over and not facts.recovered_by_injector:
            return say(b.key, b.expects, "response", "undecidable", "the impact ended, and no trace explains it", b.anchor.event)
        if unsure := self._perhaps_no_miss(b, due):
            return unsure
        proof = [i for s in sources for i in facts.sight.proof(s, b.anchor.at, due)]
        return say(b.key, b.expects, "response", "missed", "nothing of it was seen", b.anchor.event, *proof)

    def _first(self, kind: Kind, name: str | None = None) -> Moment | None:
        found = by_people(self._facts.record.timeline.of(kind, name=name, since=self._facts.since))
        return Moment(found[0].at, found[0].id) if found else None

    # --- updates ------------------------------------------------------------------------------------------------

    def updates(self) -> Iterator[Verdict]:
        wanted = self._scenario.expect.response.updates
        if wanted.first is None and wanted.every is None:
            return
        given = by_people(self._facts.record.timeline.of("comm.public", "comm.internal", since=self._facts.since))
        if wanted.first is not None:
            expects = f"the first update comes within {budget(wanted.first)}"
            if self._aside:
                yield say("response:first_update", expects, "response", *self._aside)
            else:
                came = Moment(given[0].at, given[0].id) if given else None
                yield self._judge(_Budget("response:first_update", expects, wanted.first, anchors.declared(self._facts), came))
        if wanted.every is not None:
            yield self._rhythm(wanted.every, [Moment(e.at, e.id) for e in given])

    def _rhythm(self, every: timedelta, given: list[Moment]) -> Verdict:
        """The longest silence between two updates, and from the last one to the end of the impact."""
        expects = f"updates come every {budget(every)}"
        if self._aside:
            return say("response:updates", expects, "response", *self._aside)
        over = self._facts.milestones.impact_over
        closing = over or Moment(self._facts.ended, "")
        given = [m for m in given if m.at <= closing.at]
        if not given:
            if blind := self._facts.sight.first_blind(self._words, self._facts.since or closing.at, closing.at):
                return say("response:updates", expects, "response", "undecidable", f"none was seen, but {blind.why}", blind.event)
            return say("response:updates", expects, "response", "not_applicable", "no update was given while users were hurt")
        marks = [*given, closing]
        worst = max(pairwise(marks), key=lambda p: p[1].at - p[0].at, default=None)
        if worst is None or worst[1].at - worst[0].at <= every:
            return say("response:updates", expects, "response", "met", "no longer silence", *(m.event for m in marks))
        if blind := self._facts.sight.first_blind(self._words, worst[0].at, worst[1].at):
            return say("response:updates", expects, "response", "undecidable", blind.why, blind.event)
        why = f"{after(worst[0].at, worst[1].at)} without one"
        return say("response:updates", expects, "response", "missed", why, worst[0].event, worst[1].event)

    # --- the incident -------------------------------------------------------------------------------------------

    def criteria(self) -> Verdict:
        """An incident exists by the team's own criteria: was it declared?"""
        expects = "an incident is declared where the team's criteria for one are met"
        if self._aside:
            return say("criteria", expects, "response", *self._aside)
        facts, m = self._facts, self._facts.milestones
        if m.declared is not None:
            return say("criteria", expects, "response", "met", "it was declared", m.declared.event)
        wanted = [c for c in facts.record.plan.services.severity if c.declare]
        if not wanted:
            return say("criteria", expects, "response", "not_applicable", "services.yaml names no criteria for an incident")
        found = [(c, span) for c in wanted if (span := breach(facts.samples, c, self._scenario.canary))]
        if not found:
            blind = facts.sight.blind("canary", facts.since or facts.ended, facts.ended)
            if blind:
                return say("criteria", expects, "response", "undecidable", blind.why, blind.event)
            return say("criteria", expects, "response", "not_applicable", "no criterion for an incident was met")
        criterion, (first, last) = found[0]
        met = f"{criterion.failed_share:.0%} or more of the canary's requests failed for {budget(criterion.lasting)}, which is {criterion.severity}"
        return self._undeclared(expects, met, first, last)

    def _undeclared(self, expects: str, met: str, *breached: Moment) -> Verdict:
        """Nobody declared though it was an incident: unless there was not time enough, or nobody could see."""
        anchor = anchors.acknowledged(self._facts)
        due = max(anchor.at, breached[-1].at) + (self._scenario.expect.response.within.declare or anchors.USUAL)
        judged = self._absent(_Budget("criteria", expects, due - anchor.at, anchor, None), due)
        if judged.verdict != "missed":
            return judged
        evidence = (*(m.event for m in breached), *judged.evidence)
        return say("criteria", expects, "response", "missed", f"{met}; none was declared", *evidence)


def _anchor(name: str, facts: Facts) -> Anchor:
    """What a budget counts from."""
    match name:
        case "ack":
            return anchors.delivered(facts)
        case "declare" | "first_mitigation":
            return anchors.acknowledged(facts)
        case "impact_over":
            return anchors.impact_began(facts)
    return anchors.declared(facts)
