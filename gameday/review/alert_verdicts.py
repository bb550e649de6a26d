"""Did monitoring do its job: each expected alert fired, was delivered, in time, to the right team, with a runbook, and reset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from gameday.model.drill import AlertStory, Delivery
from gameday.model.expectation import AlertExpectation
from gameday.model.verdict import Answer, Verdict
from gameday.review.facts import Facts, pages_of
from gameday.review.links import worst_link
from gameday.review.saying import About, after, budget, say
from gameday.review.sight import Blindness

SENDING = timedelta(seconds=10)
"""Beyond `group_wait`, so long may a notice be under way before its absence says something."""
USUAL_GROUP_WAIT = timedelta(seconds=30)
"""Alertmanager's own, where the settings could not be read."""


def alert_verdicts(facts: Facts) -> Iterator[Verdict]:
    for expected in facts.record.plan.scenario.expect.alerts.expected:
        yield from _OneAlert(facts, expected, facts.story(expected.alert) or AlertStory(expected.alert, expected)).verdicts()


@dataclass(frozen=True)
class _OneAlert:
    facts: Facts
    expected: AlertExpectation
    story: AlertStory

    def verdicts(self) -> Iterator[Verdict]:
        if (aside := self._aside()) is not None:
            answer, why = aside
            wanted = {"fires": True, "delivered": True, "in_time": True, "route": True, "reset": self.expected.reset_within is not None}
            for aspect in (a for a, said in wanted.items() if said):
                yield self._say(aspect, self._expects(aspect), answer, why)
            if self.expected.runbook == "required":
                yield self._say("runbook", self._expects("runbook"), answer, why)
            return
        yield self._fires()
        yield self._told
        yield self._in_time()
        yield self._route()
        if self.expected.severity:
            yield self._severity()
        if self.expected.reset_within:
            yield self._reset(self.expected.reset_within)
        if self.expected.runbook == "required":
            yield self._runbook()

    def _aside(self) -> tuple[Answer, str] | None:
        """Why nothing can be said about this alert in this drill."""
        if self.facts.record.plan.no_fault:
            return "not_applicable", "a control run expects no alert"
        if self.facts.since is None:
            return "undecidable", "nothing was injected"
        if self.facts.milestones.impact_began is None and not (self.story.fired or self.story.deliveries):
            if self.facts.sight.blind("canary", self.facts.since, self.facts.ended):
                return "undecidable", "the canary could not see whether users were hurt"
            return "undecidable", "the fault had no impact that could have been alerted on"
        if self.story.before_fault:
            return "undecidable", "it was firing already before the fault"
        return None

    # --- one question each --------------------------------------------------------------------------------------

    def _fires(self) -> Verdict:
        story = self.story
        if story.fired:
            return self._say("fires", self._expects("fires"), "met", "it fired", story.fired.event)
        answer, why, proof = self._absence("prometheus", self._due)
        if answer == "missed" and story.pending:
            why = f"it was pending from {after(self._impact, story.pending.at)} after the impact began on, and never fired"
            proof = (story.pending.event, *proof)
        elif answer == "missed":
            why = f"it did not fire in the {budget(self.expected.within)} after the impact began, though users were hurt"
        return self._say("fires", self._expects("fires"), answer, why, self._impact_event, *proof)

    @cached_property
    def _told(self) -> Verdict:
        """Whether it was delivered: what the answers about the notice itself hang on."""
        story, wanted, expects = self.story, self.expected.receiver, self._expects("delivered")
        if not story.fired and not story.deliveries:
            return self._say("delivered", expects, *self._never_fired())
        if (hit := self._right_delivery()) is not None:
            return self._say(
                "delivered", expects, "met", f"{hit.receiver} got it {after(self._impact, hit.at)} after the impact began", hit.event
            )
        fired = story.fired.event if story.fired else ""
        answer, why, proof = self._absence("pager", self._notice_due)
        if astray := self._to_another_team():
            blind = self._blind_to_notices(self._notice_due)
            answer, why = ("undecidable", blind.why) if blind else ("not_applicable", f"it was routed to {astray.receiver} instead")
            return self._say("delivered", expects, answer, why, astray.event, blind.event if blind else "")
        if answer == "missed":
            told = ", ".join(sorted({d.receiver for d in story.deliveries}))
            why = f"it fired, and {wanted or 'no receiver'} got {'nothing' if wanted else 'it'}" + (f"; only {told} did" if told else "")
            if story.silenced:
                why += "; a silence or an inhibition held it back"
                proof = (*proof, story.silenced.event)
        return self._say("delivered", expects, answer, why, fired, *(d.event for d in story.deliveries[:1]), *proof)

    def _without_notice(self, aspect: str) -> Verdict:
        """What can be said about a notice that was not seen."""
        unknown = self._told.verdict == "undecidable"
        why = self._told.why if unknown else "it was not delivered"
        return self._say(aspect, self._expects(aspect), "undecidable" if unknown else "not_applicable", why, *self._told.evidence)

    def _in_time(self) -> Verdict:
        expects, hit = self._expects("in_time"), self._right_delivery() or self.story.delivered
        if hit is None and not self._too_late_by_now:
            return self._without_notice("in_time")
        if hit is not None and hit.at <= self._due:
            if blind := self._earlier_impact(hit.at):
                why = f"users may have been hurt long before that was seen: {blind.why}"
                return self._say("in_time", expects, "undecidable", why, hit.event, blind.event)
            early = hit.at < self._impact
            why = "delivered before users felt it" if early else f"delivered {after(self._impact, hit.at)} after the impact began"
            return self._say("in_time", expects, "met", why, self._impact_event, hit.event)
        if blind := self._blind_to_notices(self._due):
            return self._say("in_time", expects, "undecidable", f"an earlier notice may have been missed: {blind.why}", blind.event)
        if hit is not None:
            why = f"delivered {after(self._impact, hit.at)} after the impact began"
            return self._say("in_time", expects, "missed", why, self._impact_event, hit.event)
        fired = self.story.fired
        why = f"not delivered {after(self._impact, self.facts.ended)} after the impact began"
        return self._say("in_time", expects, "missed", why, self._impact_event, fired.event if fired else "")

    @property
    def _too_late_by_now(self) -> bool:
        """It fired so late that a notice may still be under way, though its time is over."""
        facts, over = self.facts, self.facts.milestones.impact_over
        lasted = over is None or over.at >= self._due
        return bool(self.story.fired and lasted and self._told.verdict == "undecidable" and facts.ended > self._due and not facts.cut_short)

    def _route(self) -> Verdict:
        services, expects = self.facts.record.plan.services, self._expects("route")
        owner, told = services.owner(self.facts.record.plan.scenario.service), self._pages
        if not told:
            return self._without_notice("route")
        if owner is None:
            return self._say("route", expects, "undecidable", "services.yaml names no owner of the service", told[0].event)
        if right := next((d for d in told if services.team(d.receiver) == owner), None):
            return self._say("route", expects, "met", f"{right.receiver} is read by {owner}", right.event)
        if (astray := self._to_another_team()) is None:
            return self._say("route", expects, "undecidable", f"services.yaml does not say whose {told[0].receiver} is", told[0].event)
        if blind := self._blind_to_notices(self._notice_due):
            why = f"another notice may have been missed: {blind.why}"
            return self._say("route", expects, "undecidable", why, astray.event, blind.event)
        team = services.team(astray.receiver)
        return self._say("route", expects, "missed", f"{astray.receiver} is read by {team}; {owner} owns the service", astray.event)

    def _severity(self) -> Verdict:
        expects, wanted, story = self._expects("severity"), self.expected.severity, self.story
        if not (story.fired or story.deliveries):
            return self._without_firing("severity")
        if right := next((d for d in story.deliveries if d.labels.get("severity") == wanted), None):
            return self._say("severity", expects, "met", f"its severity is {wanted}", right.event)
        has = story.labels.get("severity", "")
        proof = story.delivered.event if story.delivered else story.fired.event if story.fired else ""
        return self._say("severity", expects, "met" if has == wanted else "missed", f"its severity is {has or 'not set'}", proof)

    def _without_firing(self, aspect: str) -> Verdict:
        answer, why = self._never_fired()
        return self._say(aspect, self._expects(aspect), answer, why)

    def _reset(self, within: timedelta) -> Verdict:
        expects, over, story = self._expects("reset"), self.facts.milestones.impact_over, self.story
        if not (story.fired or story.deliveries):
            return self._without_firing("reset")
        if over is None:
            return self._say("reset", expects, "undecidable", "users were not served again before the drill ended")
        if story.resolved is not None and story.resolved.at - over.at <= within:
            if (blind := self.facts.ended_unseen) and story.resolved.at - blind.since > within:
                why = f"users may have been served long before that was seen: {blind.why}"
                return self._say("reset", expects, "undecidable", why, over.event, story.resolved.event, blind.event)
            took = max(story.resolved.at - over.at, timedelta(0)).total_seconds()
            return self._say("reset", expects, "met", f"resolved {took:.1f} s after the impact was over", over.event, story.resolved.event)
        if blind := self.facts.sight.blind("prometheus", over.at, over.at + within):
            return self._say("reset", expects, "undecidable", blind.why, over.event, blind.event)
        if story.resolved is not None:
            why = f"resolved {after(over.at, story.resolved.at)} after the impact was over"
            return self._say("reset", expects, "missed", why, over.event, story.resolved.event)
        if self.facts.cut_short or self.facts.ended < over.at + within:
            return self._say("reset", expects, "undecidable", "the drill ended before the alert had to reset", over.event)
        proof = self.facts.sight.proof("prometheus", over.at, over.at + within)
        why = f"still firing {after(over.at, self.facts.ended)} after the impact was over"
        return self._say("reset", expects, "missed", why, over.event, *proof)

    def _runbook(self) -> Verdict:
        found = worst_link(self.story, self.facts.record.timeline)
        if found is None:
            return self._without_notice("runbook")
        answer, why, proof = found
        return self._say("runbook", self._expects("runbook"), answer, why, *proof)

    # --- shared ----------------------------------------------------------------------------------------------

    @property
    def _impact(self) -> datetime:
        """Where its budget begins. Where users felt nothing and it fired all the same: the fault."""
        began = self.facts.milestones.impact_began
        return began.at if began else self.facts.since or self.facts.ended

    @property
    def _impact_event(self) -> str:
        began = self.facts.milestones.impact_began
        return began.event if began else ""

    def _earlier_impact(self, came: datetime) -> Blindness | None:
        """Why the impact may have begun so early that what came in time by what was seen of it was too late."""
        facts = self.facts
        return facts.sight.overlooked(("canary",), facts.since or self._impact, self._impact, self.expected.within, came)

    @property
    def _due(self) -> datetime:
        return self._impact + self.expected.within

    @property
    def _notice_due(self) -> datetime:
        """By when a notice must have come for its absence to say something: not at once after it fired."""
        fired = self.story.fired
        floor = next((f for f in self.facts.floors if f.alert == self.expected.alert), None)
        waits = timedelta(seconds=floor.group_wait) if floor else USUAL_GROUP_WAIT
        return max(self._due, fired.at + waits + SENDING) if fired else self._due

    def _blind_to_notices(self, until: datetime) -> Blindness | None:
        """Why a notice between firing and `until` may have been missed; None where it cannot have been."""
        fired = self.story.fired
        if fired is not None and fired.at > until:
            return None
        since = fired.at if fired else self.facts.since or until
        return self.facts.sight.blind("pager", since, until)

    def _right_delivery(self) -> Delivery | None:
        return self.story.delivered_to(self.expected.receiver) if self.expected.receiver else self.story.delivered

    @property
    def _pages(self) -> tuple[Delivery, ...]:
        """The notices that count for its route: those that wake somebody, or all where none does."""
        return pages_of(self.story, self.facts.record.plan.services) or self.story.deliveries

    def _to_another_team(self) -> Delivery | None:
        """A page at a receiver that is known to be somebody else's, where the owner got none."""
        services = self.facts.record.plan.services
        owner = services.owner(self.facts.record.plan.scenario.service)
        teams = [(d, services.team(d.receiver)) for d in self._pages]
        if owner is None or any(team == owner for _, team in teams):
            return None
        return next((d for d, team in teams if team is not None), None)

    def _never_fired(self) -> tuple[Answer, str]:
        answer, why, _ = self._absence("prometheus", self._due)
        return ("undecidable", why) if answer == "undecidable" else ("not_applicable", "it never fired")

    def _absence(self, source: str, due: datetime) -> tuple[Answer, str, tuple[str, ...]]:
        """Whether not having seen it by `due` proves that it was not there."""
        facts, over = self.facts, self.facts.milestones.impact_over
        if facts.cut_short or facts.ended < due:
            return "undecidable", "the drill ended before the alert was due", ()
        if blind := facts.sight.blind(source, facts.since or due, due):
            return "undecidable", blind.why, (blind.event,)
        if over is not None and over.at < due and not self._could_have_come():
            return (
                "undecidable",
                f"the impact was over {after(self._impact, over.at)} after it began, before the alert was due",
                (over.event,),
            )
        return "missed", "", facts.sight.proof(source, facts.since or due, due)

    def _could_have_come(self) -> bool:
        """Whether the impact lasted long enough for the alert by the settings that were read."""
        fired, resolved = self.story.fired, self.story.resolved
        if fired is None:
            return False
        if resolved is None or resolved.at >= self._due:
            return True
        floor = next((f for f in self.facts.floors if f.alert == self.expected.alert), None)
        return floor is not None and resolved.at - fired.at > timedelta(seconds=floor.group_wait) + SENDING

    def _expects(self, aspect: str) -> str:
        name, receiver = self.expected.alert, self.expected.receiver
        return {
            "fires": f"alert {name} fires",
            "delivered": f"alert {name} delivered{f' to {receiver}' if receiver else ''}",
            "in_time": f"alert {name} delivered within {budget(self.expected.within)}",
            "route": f"alert {name} goes to the team that owns {self.facts.record.plan.scenario.service}",
            "severity": f"alert {name} has severity {self.expected.severity}",
            "reset": f"alert {name} resets within {budget(self.expected.reset_within or timedelta(0))}",
            "runbook": f"alert {name} links to a runbook that opens",
        }[aspect]

    def _say(self, aspect: str, expects: str, answer: Answer, why: str, *evidence: str) -> Verdict:
        about: About = "documentation" if aspect == "runbook" else "monitoring"
        return say(f"alert:{self.expected.alert}:{aspect}", expects, about, answer, why, *evidence)
