"""What the time of one alert counts from and until when: which impact it is about, and what its absence proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import zip_longest

from gameday.model.drill import AlertStory, Moment
from gameday.model.expectation import AlertExpectation
from gameday.model.verdict import Answer
from gameday.review.facts import Facts
from gameday.review.impact import Hurt
from gameday.review.saying import after
from gameday.review.sight import Blindness

SENDING = timedelta(seconds=10)
"""Beyond `group_wait`, so long may a notice be under way before its absence says something."""
USUAL_GROUP_WAIT = timedelta(seconds=30)
"""Alertmanager's own, where the settings could not be read."""


@dataclass(frozen=True)
class AlertWindow:
    """The span in which an expected alert has to come."""

    facts: Facts
    expected: AlertExpectation
    story: AlertStory

    @cached_property
    def _first_seen(self) -> datetime | None:
        """When the alert was first seen to say anything, in whichever way."""
        story = self.story
        told = [m.at for m in (story.pending, story.fired) if m] + [d.at for d in story.deliveries[:1]]
        return min(told, default=None)

    @cached_property
    def hurt(self) -> Hurt | None:
        """The impact that it is about: the last one that had begun when the alert was first seen; of those that it kept silent in, the longest."""
        hurt, first = self.facts.hurt, self._first_seen
        if first is None:
            return self.facts.longest
        return next((h for h in reversed(hurt) if h.began.at <= first), next(iter(hurt), None))

    @property
    def impact(self) -> datetime:
        """Where its budget begins. Where users felt nothing and it fired all the same: the fault."""
        return self.hurt.began.at if self.hurt else self.facts.since or self.facts.ended

    @property
    def impact_event(self) -> str:
        return self.hurt.began.event if self.hurt else ""

    @property
    def over(self) -> Moment | None:
        return self.hurt.over if self.hurt else None

    def reset_from(self, within: timedelta) -> Moment | None:
        """The end of the impact from which it has to reset: of its own, or of a later one that began before it had to."""
        resolved = self.story.resolved
        own = [h for h in self.facts.hurt if self.hurt and h.began.at >= self.hurt.began.at]
        for hurt, following in zip_longest(own, own[1:]):
            if hurt.over is None or following is None or following.began.at > hurt.over.at + within:
                return hurt.over
            if resolved is not None and resolved.at <= following.began.at:
                return hurt.over
        return None

    @property
    def due(self) -> datetime:
        return self.impact + self.expected.within

    @property
    def notice_due(self) -> datetime:
        """By when a notice must have come for its absence to say something: not at once after it fired."""
        fired = self.story.fired
        floor = next((f for f in self.facts.floors if f.alert == self.expected.alert), None)
        waits = timedelta(seconds=floor.group_wait) if floor else USUAL_GROUP_WAIT
        return max(self.due, fired.at + waits + SENDING) if fired else self.due

    def blind_to_notices(self, until: datetime) -> Blindness | None:
        """Why a notice between firing and `until` may have been missed; None where it cannot have been."""
        fired = self.story.fired
        if fired is not None and fired.at > until:
            return None
        since = fired.at if fired else self.facts.since or until
        return self.facts.sight.blind("pager", since, until)

    def earlier_impact(self, came: datetime) -> Blindness | None:
        """Why the impact may have begun so early that what came in time by what was seen of it was too late."""
        facts = self.facts
        return facts.sight.overlooked(("canary",), facts.since or self.impact, self.impact, self.expected.within, came)

    def another_beginning(self, came: datetime) -> str:
        """Why its time may not count from where it is counted from; empty where it does."""
        if self.hurt is None:
            return "no impact was seen that its time could count from"
        first = self._first_seen or came
        for fault in self.facts.record.faults:
            since = fault.armed_at or fault.intended_at
            if self.impact < fault.intended_at <= since <= first and came <= since + self.expected.within:
                return f"it came {after(since, came)} after {fault.fault} on {fault.target}, and may be about that"
        return ""

    def absence(self, source: str, due: datetime) -> tuple[Answer, str, tuple[str, ...]]:
        """Whether not having seen it by `due` proves that it was not there."""
        facts, over = self.facts, self.over
        if facts.cut_short or facts.ended < due:
            return "undecidable", "the drill ended before the alert was due", ()
        if blind := facts.sight.blind(source, facts.since or due, due):
            return "undecidable", blind.why, (blind.event,)
        if over is not None and over.at < due and not self._could_have_come():
            return (
                "undecidable",
                f"the impact was over {after(self.impact, over.at)} after it began, before the alert was due",
                (over.event,),
            )
        return "missed", "", facts.sight.proof(source, facts.since or due, due)

    def _could_have_come(self) -> bool:
        """Whether the impact lasted long enough for the alert by the settings that were read."""
        fired, resolved = self.story.fired, self.story.resolved
        if fired is None:
            return False
        if resolved is None or resolved.at >= self.due:
            return True
        floor = next((f for f in self.facts.floors if f.alert == self.expected.alert), None)
        return floor is not None and resolved.at - fired.at > timedelta(seconds=floor.group_wait) + SENDING
