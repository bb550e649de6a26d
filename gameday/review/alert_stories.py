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
    began_anew = any(e.kind in ("alert.pending", "alert.firing") for e in after)
    notices = [e for e in after if e.kind == "alert.delivered" and e.text("status") == "firing"]
    old = [e for e in notices if _old_news(e, since, began_anew)]
    told = [e for e in notices if not _old_news(e, since, began_anew)]
    deliveries = tuple(_delivery(e) for e in told)
    pending = _first(after, "alert.pending")
    fired = _fired(after, told, pending, since)
    labels = next((e.labels() for e in [*told, *after] if e.labels()), {})
    return AlertStory(
        name=name,
        expectation=expectation,
        before_fault=_firing_before(before, [] if began_anew else old),
        pending=pending,
        fired=fired,
        deliveries=deliveries,
        resolved=_resolved(after) if fired or deliveries else None,
        silenced=_first(events, "alert.silenced") or _first(events, "alert.inhibited"),
        labels=labels,
    )


def _old_news(event: Event, since: datetime, began_anew: bool) -> bool:
    """A notice after `since` about an alert that began before it.

    Where Prometheus was seen to begin anew, an old start in a first notice is a clock that is behind.
    """
    started = _time(event.text("starts_at"))
    if started is None or started >= since - timedelta(seconds=1):
        return False
    return bool(event.data.get("repeated")) or not began_anew


def _firing_before(before: list[Event], old_news: list[Event]) -> Moment | None:
    """What says that it was firing already before the fault: Prometheus; where that saw nothing, a notice."""
    turns = [e for e in before if e.kind in ("alert.firing", "alert.resolved")]
    if turns:
        held = _still_firing(turns)
        return Moment(held.at, held.id) if held else None
    notices = [e for e in before if e.kind == "alert.delivered"]
    told = notices[-1:] if notices and notices[-1].text("status") == "firing" else []
    proof = next(iter([*told, *old_news]), None)
    return Moment(proof.at, proof.id) if proof else None


def _still_firing(turns: Iterable[Event]) -> Event | None:
    """The last firing event that nothing resolved. Instances of one alert, told apart by their labels, end one by one.

    An end whose labels fit none of them ends all: then labels do not tell them apart.
    """
    open_ones: dict[frozenset[tuple[str, str]], Event] = {}
    for turn in turns:
        instance = frozenset(turn.labels().items())
        if turn.kind == "alert.firing":
            open_ones[instance] = turn
        elif instance in open_ones:
            del open_ones[instance]
        else:
            open_ones.clear()
    return max(open_ones.values(), key=lambda e: (e.at, e.seq), default=None)


def _fired(after: list[Event], told: list[Event], pending: Moment | None, since: datetime) -> Moment | None:
    """When it fired. The receipt holds the exact moment; the event of our own look is late by up to one look."""
    looked = _first(after, "alert.firing")
    for receipt in told:
        started = _time(receipt.text("starts_at"))
        if started is None or not since <= started <= receipt.at:
            continue
        plausible = pending is None or started >= pending.at - timedelta(seconds=0.5)
        if plausible and (looked is None or started <= looked.at):
            return Moment(started, receipt.id)
    if looked is None and told:
        return Moment(told[0].at, told[0].id)
    return looked


def _resolved(after: list[Event]) -> Moment | None:
    """The last end: by Prometheus' own word, or by the notice where that was not seen. None while any of it fires."""
    turns = [e for e in after if e.kind in ("alert.firing", "alert.resolved")]
    if turns:
        ends = [e for e in turns if e.kind == "alert.resolved"]
        return Moment(ends[-1].at, ends[-1].id) if ends and _still_firing(turns) is None else None
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
