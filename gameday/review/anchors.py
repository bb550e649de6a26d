"""What budgets of the response count from: the moment itself, or the latest at which it was allowed where it never came."""

from __future__ import annotations

from datetime import datetime, timedelta

from gameday.model.drill import Moment
from gameday.review.facts import Facts


def delivered(facts: Facts) -> Moment:
    """The page that people should answer. Only where there was impact."""
    if facts.page is not None:
        return Moment(facts.page.at, facts.page.event)
    began = impact_began(facts)
    slowest = max((a.within for a in facts.record.plan.scenario.expect.alerts.expected), default=timedelta(0))
    return Moment(began.at + slowest, began.event)


def acknowledged(facts: Facts) -> Moment:
    return facts.milestones.acknowledged or _later(delivered(facts), facts.record.plan.scenario.expect.response.within.ack)


def declared(facts: Facts) -> Moment:
    return facts.milestones.declared or _later(acknowledged(facts), facts.record.plan.scenario.expect.response.within.declare)


def impact_began(facts: Facts) -> Moment:
    began = facts.milestones.impact_began
    assert began is not None
    return began


def mitigation_due(facts: Facts) -> datetime | None:
    """By when people had to have begun to mitigate, or else to have ended the impact; None where no budget says."""
    within = facts.record.plan.scenario.expect.response.within
    if within.first_mitigation:
        return acknowledged(facts).at + within.first_mitigation
    return impact_began(facts).at + within.impact_over if within.impact_over else None


def _later(moment: Moment, span: timedelta | None) -> Moment:
    return Moment(moment.at + (span or timedelta(0)), moment.event)
