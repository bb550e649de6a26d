"""What became of each alert: pending, fired, delivered to whom, resolved, silenced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from gameday.model.drill import AlertStory, Delivery, DetectionFloor, Moment
from gameday.model.event import Event, Kind
from gameday.model.expectation import AlertExpectation
from gameday.model.scenario import Scenario
from gameday.model.timeline import Timeline

ALERT_KINDS: tuple[Kind, ...] = ("alert.pending", "alert.firing", "alert.resolved", "alert.delivered", "alert.silenced", "alert.inhibited")


def stories(timeline: Timeline, scenario: Scenario, since: datetime) -> tuple[AlertStory, ...]:
    """Expected alerts first, as the scenario lists them, then every other one that was seen, by name."""
    expected = {e.alert: e for e in scenario.expect.alerts.expected}
    seen = {e.subject.name for e in timeline.of(*ALERT_KINDS)} - set(expected)
    names = [*expected, *sorted(seen)]
    return tuple(_story(name, timeline.of(*ALERT_KINDS, name=name), since, expected.get(name)) for name in names)


def _story(name: str, events: tuple[Event, ...], since: datetime, expectation: AlertExpectation | None) -> AlertStory:
    before = [e for e in events if e.at < since]
    after = [e for e in events if e.at >= since]
    told = [e for e in after if e.kind == "alert.delivered" and e.text("status") == "firing" and not _old_news(e, since)]
    deliveries = tuple(_delivery(e) for e in told)
    pending = _first(after, "alert.pending")
    fired = _fired(after, told, pending)
    labels = next((e.labels() for e in [*told, *after] if e.labels()), {})
    return AlertStory(
        name=name,
        expectation=expectation,
        before_fault=_firing_before(before),
        pending=pending,
        fired=fired,
        deliveries=deliveries,
        resolved=_resolved(after) if fired or deliveries else None,
        silenced=_first(events, "alert.silenced") or _first(events, "alert.inhibited"),
        labels=labels,
    )


def _old_news(event: Event, since: datetime) -> bool:
    """A notice repeated after `since` about an alert that began before it."""
    started = _time(event.text("starts_at"))
    return started is not None and started < since - timedelta(seconds=1) and bool(event.data.get("repeated"))


def _firing_before(events: list[Event]) -> Moment | None:
    """The last firing event before the fault that nothing had resolved."""
    last = next((e for e in reversed(events) if e.kind in ("alert.firing", "alert.resolved")), None)
    return Moment(last.at, last.id) if last is not None and last.kind == "alert.firing" else None


def _fired(after: list[Event], told: list[Event], pending: Moment | None) -> Moment | None:
    """When it fired. The receipt holds the exact moment; the event of our own look is late by up to one look."""
    looked = _first(after, "alert.firing")
    for receipt in told:
        started = _time(receipt.text("starts_at"))
        plausible = started is not None and started <= receipt.at and (pending is None or started >= pending.at - timedelta(seconds=0.5))
        if started is not None and plausible and (looked is None or started <= looked.at):
            return Moment(started, receipt.id)
    if looked is None and told:
        return Moment(told[0].at, told[0].id)
    return looked


def _resolved(after: list[Event]) -> Moment | None:
    """The last end: by Prometheus' own word, or by the notice where that was not seen. None while it fires again."""
    turns = [e for e in after if e.kind in ("alert.firing", "alert.resolved")]
    if turns:
        return Moment(turns[-1].at, turns[-1].id) if turns[-1].kind == "alert.resolved" else None
    notices = [e for e in after if e.kind == "alert.delivered"]
    last = notices[-1] if notices else None
    return Moment(last.at, last.id) if last is not None and last.text("status") == "resolved" else None


def _delivery(event: Event) -> Delivery:
    return Delivery(event.at, event.text("receiver"), event.labels(), event.labels("annotations"), event.id)


def _first(events: Iterable[Event], kind: Kind) -> Moment | None:
    found = next((e for e in events if e.kind == kind), None)
    return Moment(found.at, found.id) if found else None


def _time(text: str) -> datetime | None:
    """A source's own time; None where it is missing, not a date, or one of those that mean nothing."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    usable = found.tzinfo is not None and 2000 < found.year < 9000
    return found.astimezone(UTC) if usable else None


def floors(timeline: Timeline) -> tuple[DetectionFloor, ...]:
    """The detection floor of each alert whose settings were read."""
    found = []
    for event in timeline.of("probe.alerting"):
        scrape, evaluation = _seconds(event, "scrape_interval"), _seconds(event, "evaluation_interval")
        waits, group = _seconds(event, "for"), _seconds(event, "group_wait")
        if scrape is not None and evaluation is not None and waits is not None and group is not None:
            found.append(DetectionFloor(event.subject.name, scrape, evaluation, waits, group, event.id))
    return tuple(found)


def _seconds(event: Event, key: str) -> float | None:
    value = event.data.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
