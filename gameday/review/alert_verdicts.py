"""Did monitoring do its job: each expected alert fired, was delivered, in time, to the right team, with a runbook, and reset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from gameday.model.drill import AlertStory, Delivery
from gameday.model.expectation import AlertExpectation
from gameday.model.verdict import Answer, Verdict
from gameday.review.alert_window import AlertWindow
from gameday.review.facts import Facts, pages_of
from gameday.review.links import worst_link
from gameday.review.saying import About, after, budget, say


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
        answer, why, proof = self._window.absence("prometheus", self._window.due)
        if answer == "missed" and story.pending:
            why = f"it was pending from {after(self._window.impact, story.pending.at)} after the impact began on, and never fired"
            proof = (story.pending.event, *proof)
        elif answer == "missed":
            why = f"it did not fire in the {budget(self.expected.within)} after the impact began, though users were hurt"
        return self._say("fires", self._expects("fires"), answer, why, self._window.impact_event, *proof)

    @cached_property
    def _told(self) -> Verdict:
        """Whether it was delivered: what the answers about the notice itself hang on."""
        story, wanted, expects = self.story, self.expected.receiver, self._expects("delivered")
        if not story.fired and not story.deliveries:
            return self._say("delivered", expects, *self._never_fired())
        if (hit := self._right_delivery()) is not None:
            return self._say(
                "delivered", expects, "met", f"{hit.receiver} got it {after(self._window.impact, hit.at)} after the impact began", hit.event
            )
        fired = story.fired.event if story.fired else ""
        answer, why, proof = self._window.absence("pager", self._window.notice_due)
        if astray := self._to_another_team():
            blind = self._window.blind_to_notices(self._window.notice_due)
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
        if self._told.verdict == "missed" or (hit is None and not self._too_late_by_now):
            return self._without_notice("in_time")
        if hit is not None and hit.at <= self._window.due:
            if blind := self._window.earlier_impact(hit.at):
                why = f"users may have been hurt long before that was seen: {blind.why}"
                return self._say("in_time", expects, "undecidable", why, hit.event, blind.event)
            early = hit.at < self._window.impact
            why = "delivered before users felt it" if early else f"delivered {after(self._window.impact, hit.at)} after the impact began"
            return self._say("in_time", expects, "met", why, self._window.impact_event, hit.event)
        if blind := self._window.blind_to_notices(self._window.due):
            return self._say("in_time", expects, "undecidable", f"an earlier notice may have been missed: {blind.why}", blind.event)
        if why := self._window.another_beginning(hit.at if hit else self.facts.ended):
            return self._say("in_time", expects, "undecidable", why, self._window.impact_event, hit.event if hit else "")
        if hit is not None:
            why = f"delivered {after(self._window.impact, hit.at)} after the impact began"
            return self._say("in_time", expects, "missed", why, self._window.impact_event, hit.event)
        fired = self.story.fired
        why = f"not delivered {after(self._window.impact, self.facts.ended)} after the impact began"
        return self._say("in_time", expects, "missed", why, self._window.impact_event, fired.event if fired else "")

    @property
    def _too_late_by_now(self) -> bool:
        """It fired so late that a notice may still be under way, though its time is over."""
        facts, over = self.facts, self._window.over
        lasted = over is None or over.at >= self._window.due
        return bool(
            self.story.fired and lasted and self._told.verdict == "undecidable" and facts.ended > self._window.due and not facts.cut_short
        )

    def _route(self) -> Verdict:
        services, expects = self.facts.record.plan.services, self._expects("route")
        owner, told = self._team, self._pages
        if not told:
            return self._without_notice("route")
        if owner is None:
            return self._say("route", expects, "undecidable", "services.yaml names no owner of the service", told[0].event)
        if right := next((d for d in told if services.team(d.receiver) == owner), None):
            return self._say("route", expects, "met", f"{right.receiver} is read by {owner}", right.event)
        if (astray := self._to_another_team()) is None:
            return self._say("route", expects, "undecidable", f"services.yaml does not say whose {told[0].receiver} is", told[0].event)
        if blind := self._window.blind_to_notices(self._window.notice_due):
            why = f"another notice may have been missed: {blind.why}"
            return self._say("route", expects, "undecidable", why, astray.event, blind.event)
        team, owns = services.team(astray.receiver), services.owner(self.facts.record.plan.scenario.service)
        why = f"{astray.receiver} is read by {team}; " + (f"{owner} owns the service" if owner == owns else f"it is for {owner}")
        return self._say("route", expects, "missed", why, astray.event)

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
        expects, over, story = self._expects("reset"), self._window.reset_from(within), self.story
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

    @cached_property
    def _window(self) -> AlertWindow:
        return AlertWindow(self.facts, self.expected, self.story)

    @cached_property
    def _team(self) -> str | None:
        """Whose alert it is: the team that reads the receiver which the scenario names, else the owner of the service."""
        plan = self.facts.record.plan
        return plan.services.whose(self.expected.receiver, plan.scenario.service)

    def _right_delivery(self) -> Delivery | None:
        return self.story.delivered_to(self.expected.receiver) if self.expected.receiver else self.story.delivered

    @property
    def _pages(self) -> tuple[Delivery, ...]:
        """The notices that count for its route: those that wake somebody, or all where none does."""
        return pages_of(self.story, self.facts.record.plan.services) or self.story.deliveries

    def _to_another_team(self) -> Delivery | None:
        """A page at a receiver that is known to be somebody else's, where the owner got none."""
        services, owner = self.facts.record.plan.services, self._team
        teams = [(d, services.team(d.receiver)) for d in self._pages]
        if owner is None or any(team == owner for _, team in teams):
            return None
        return next((d for d, team in teams if team is not None), None)

    def _never_fired(self) -> tuple[Answer, str]:
        answer, why, _ = self._window.absence("prometheus", self._window.due)
        return ("undecidable", why) if answer == "undecidable" else ("not_applicable", "it never fired")

    @property
    def _whose(self) -> str:
        plan = self.facts.record.plan
        return (
            f"the team that owns {plan.scenario.service}" if self._team == plan.services.owner(plan.scenario.service) else str(self._team)
        )

    def _expects(self, aspect: str) -> str:
        name, receiver = self.expected.alert, self.expected.receiver
        return {
            "fires": f"alert {name} fires",
            "delivered": f"alert {name} delivered{f' to {receiver}' if receiver else ''}",
            "in_time": f"alert {name} delivered within {budget(self.expected.within)}",
            "route": f"alert {name} goes to {self._whose}",
            "severity": f"alert {name} has severity {self.expected.severity}",
            "reset": f"alert {name} resets within {budget(self.expected.reset_within or timedelta(0))}",
            "runbook": f"alert {name} links to a runbook that opens",
        }[aspect]

    def _say(self, aspect: str, expects: str, answer: Answer, why: str, *evidence: str) -> Verdict:
        about: About = "documentation" if aspect == "runbook" else "monitoring"
        return say(f"alert:{self.expected.alert}:{aspect}", expects, about, answer, why, *evidence)
