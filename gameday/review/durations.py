"""How long each part took; what had not come by the end is censored, not missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from gameday.model.drill import DetectionFloor, Moment
from gameday.model.event import Kind
from gameday.model.review import Span
from gameday.review.facts import Facts
from gameday.review.traces import by_people


def durations(facts: Facts) -> dict[str, Span]:
    """Every duration of the contract whose beginning was seen."""
    m = facts.milestones
    longest = facts.longest
    recovery = facts.recovery_of(longest) if longest else None
    mitigated = longest.over if longest and not recovery else None
    page = Moment(facts.page.at, facts.page.event) if facts.page else m.alert_delivered
    until = recovery.at if recovery else facts.ended
    spans = {
        "time_to_detect": _to_detect(facts),
        "time_to_acknowledge": _span(page, m.acknowledged, facts.ended),
        "time_to_declare": _span(m.acknowledged, m.declared, facts.ended),
        "time_to_lead": _span(m.declared, _lead(facts), facts.ended),
        "time_to_runbook": _span(m.alert_delivered, m.runbook_opened, facts.ended),
        "time_to_first_mitigation": _span(m.acknowledged, m.first_mitigation, facts.ended),
        "time_to_mitigate": _span(longest.began if longest else None, mitigated, until),
        "alert_reset": _span(m.impact_over, m.alert_resolved, facts.ended) if m.alert_delivered or m.alert_fired else None,
    }
    if facts.record.plan.responders == "none":
        for name in ("time_to_acknowledge", "time_to_runbook", "time_to_mitigate"):
            spans[name] = None
    return {name: span for name, span in spans.items() if span is not None}


def _span(begins: Moment | None, ends: Moment | None, until: datetime) -> Span | None:
    if begins is None:
        return None
    if ends is None:
        return Span(seconds=_seconds(until - begins.at), censored=True)
    # What came before it was due, such as an acknowledgement before the page, took no time.
    return Span(seconds=max(0.0, _seconds(ends.at - begins.at)))


def _to_detect(facts: Facts) -> Span | None:
    m = facts.milestones
    span = _span(m.impact_began, m.alert_delivered, facts.ended)
    if span is None or not any(s.expectation for s in facts.stories):
        return None
    first = next((s for s in facts.stories if s.delivered and m.alert_delivered and s.delivered.event == m.alert_delivered.event), None)
    floor = next((f for f in facts.floors if first is not None and f.alert == first.name), None)
    if floor is None and facts.floors:
        floor = facts.floors[0]
    bounds = (round(floor.soonest, 3), round(floor.latest, 3)) if floor else None
    return span.model_copy(update={"floor": bounds, "parts": _parts(facts, floor) if floor else None})


def _parts(facts: Facts, floor: DetectionFloor) -> dict[str, float] | None:
    """Where the time went. What lies beyond `group_wait` between firing and delivery is sending."""
    m = facts.milestones
    if not (m.impact_began and m.alert_pending and m.alert_fired and m.alert_delivered):
        return None
    told = max(0.0, _seconds(m.alert_delivered.at - m.alert_fired.at))
    waited = min(told, floor.group_wait)
    return {
        "scrape_and_eval": max(0.0, _seconds(m.alert_pending.at - m.impact_began.at)),
        "for": max(0.0, _seconds(m.alert_fired.at - m.alert_pending.at)),
        "group_wait": round(waited, 3),
        "send": round(told - waited, 3),
    }


def _lead(facts: Facts) -> Moment | None:
    kind: Kind = "incident.role"
    found = by_people(facts.record.timeline.of(kind, name="lead", since=facts.since))
    return Moment(found[0].at, found[0].id) if found else None


def _seconds(span: timedelta) -> float:
    return round(span.total_seconds(), 3)
