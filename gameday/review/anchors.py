"""What budgets of the response count from: the moment itself, or the latest at which it was allowed where it never came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gameday.model.drill import Moment
from gameday.review.facts import Facts

WORDS = ("words", "ops")
"""Sources that see what people say."""
USUAL = timedelta(minutes=5)
"""How long after the moment before it something may come where a scenario says nothing."""


@dataclass(frozen=True)
class Anchor:
    """Where a budget begins. What came in the budget after `earliest` is in time for sure, what came later than it after `at` is late."""

    at: datetime
    event: str
    earliest: datetime
    seen_by: tuple[str, ...] = ()
    """Sources that would have seen what another moment stands in for; none where the moment itself was seen."""


def delivered(facts: Facts) -> Anchor:
    """The page that people should answer. Only where there was impact."""
    if facts.page is not None:
        return Anchor(facts.page.at, facts.page.event, facts.page.at)
    began = facts.hurt[0].began
    slowest = max((a.within for a in facts.record.plan.scenario.expect.alerts.expected), default=timedelta(0))
    return Anchor(began.at + slowest, began.event, began.at + slowest, ("pager",))


def acknowledged(facts: Facts) -> Anchor:
    return _seen(facts.milestones.acknowledged) or _stand_in(facts, delivered(facts), facts.record.plan.scenario.expect.response.within.ack)


def declared(facts: Facts) -> Anchor:
    return _seen(facts.milestones.declared) or _stand_in(
        facts, acknowledged(facts), facts.record.plan.scenario.expect.response.within.declare
    )


def impact_began(facts: Facts) -> Anchor:
    """The impact that took longest: a budget for the end of an impact is about each of them."""
    longest = facts.longest
    assert longest is not None
    return Anchor(longest.began.at, longest.began.event, longest.began.at)


def mitigation_due(facts: Facts) -> datetime | None:
    """By when people had to have begun to mitigate, or else to have ended the impact; None where no budget says."""
    within = facts.record.plan.scenario.expect.response.within
    if within.first_mitigation:
        return acknowledged(facts).at + within.first_mitigation
    return impact_began(facts).at + within.impact_over if within.impact_over else None


def _seen(moment: Moment | None) -> Anchor | None:
    return Anchor(moment.at, moment.event, moment.at) if moment else None


def _stand_in(facts: Facts, before: Anchor, span: timedelta | None) -> Anchor:
    """The latest moment at which it was allowed. Where nothing says that, it may have come at once, or after the usual time."""
    words = tuple(s for s in WORDS if s in facts.record.plan.sources)
    earliest = before.earliest + (span or timedelta(0))
    return replace(before, at=before.at + (span or USUAL), earliest=earliest, seen_by=(*before.seen_by, *words))
