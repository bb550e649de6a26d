"""The upper lanes: what was broken, what users felt, what was asked of the service, what alerts did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gameday.formats.html.board import Board
from gameday.model.event import Event, Kind
from gameday.model.record import FaultRecord, Record
from gameday.model.review import Review
from gameday.model.telling import clock, count

MOST_FAULTS = 12
MOST_ALERTS = 24
MOST_SOURCES = 8
"""Lanes of one kind; that there are more is said in one line."""
COLUMN = 4.0
"""Pixels of one bar of traffic, at least."""


def faults(board: Board, record: Record) -> None:
    """From when a fault was seen in effect until it was verified removed."""
    for fault in record.faults[:MOST_FAULTS]:
        _fault(board, fault)
    if not record.faults:
        board.lane("no fault", "nothing was injected")
    _more(board, len(record.faults) - MOST_FAULTS, "fault")


def _fault(board: Board, fault: FaultRecord) -> None:
    y = board.lane(fault.fault, f"on {fault.target}")
    x, right = board.scale.x(fault.armed_at or fault.intended_at), board.scale.x(fault.ended_at or board.scale.end)
    board.sheet.bar(x, right, y, 12, "fault" if fault.removed else "fault left", f"{fault.fault} on {fault.target}")
    if fault.removed:
        board.sheet.path(f"M{min(right, board.right - 12) + 3:.1f} {y:.1f}l3.5 3.5l6 -8", "check", "removed and verified")
        board.beside(x, right + 12, y, f"removed by {fault.undone_by}" if fault.undone_by else "removed", "note")
    else:
        board.beside(x, right, y, "NOT VERIFIED", "note bad")


def users(board: Board, record: Record, review: Review) -> None:
    """What the canary saw: a thin line while users are served, a thick one while they are not."""
    hurt = review.impact.seconds
    y = board.lane("users", f"hurt for {hurt:.1f} s" if hurt else "served throughout", css="note bad" if hurt else "note")
    runs = _runs(_inside(board, record, "canary.sample"), record.plan.scenario.canary.every)
    spans = [(good, board.scale.x(start), board.scale.x(end)) for good, start, end in runs]
    for good, tall, css in ((True, 3.0, "good"), (False, 13.0, "bad")):
        drawn = "".join(_rect(x, y - tall / 2, max(1.5, right - x), tall) for kind, x, right in spans if kind is good)
        board.sheet.path(drawn, css, "users are served" if good else "users are not served")


def traffic(board: Board, record: Record) -> None:
    """Requests and failed requests, summed into columns that can still be seen."""
    samples = _inside(board, record, "traffic.sample")
    if not samples:
        return
    columns = _columns(board, samples)
    most = max((asked for asked, _, _ in columns.values()), default=0.0)
    if most <= 0:
        return
    peak = max(_number(s, "requests") for s in samples)
    tall = 36.0
    floor = board.lane("requests", f"up to {peak:.0f} a second", tall=tall) + tall / 2
    for css, which in (("asked", 0), ("failed", 1)):
        drawn = "".join(
            _rect(x, floor - tall * values[which] / most, max(1.0, values[2] - 0.8), tall * values[which] / most)
            for x, values in columns.items()
            if values[which] > 0
        )
        board.sheet.path(drawn, css, "requests" if css == "asked" else "failed requests")


def _columns(board: Board, samples: Sequence[Event]) -> dict[float, tuple[float, float, float]]:
    """Requests a second, failed a second and width, by where a column begins."""
    second = max(0.01, board.scale.x(board.scale.begin + timedelta(seconds=1)) - board.left)
    seconds = max(1, int(-(-COLUMN // second)))
    sums: dict[float, tuple[float, float, float]] = {}
    for sample in samples:
        column = int((sample.at - board.scale.begin).total_seconds() // seconds)
        x = board.left + column * seconds * second
        asked, failed, _ = sums.get(x, (0.0, 0.0, 0.0))
        wide = min(seconds * second, board.right - x)
        sums[x] = (asked + _number(sample, "requests") / seconds, failed + _number(sample, "failed") / seconds, wide)
    return sums


def alerts(board: Board, record: Record, review: Review) -> None:
    """One lane for each alert that was expected or spoke: pending, firing, and each notice that was delivered."""
    alerting = record.plan.scenario.expect.alerts
    expected = [a.alert for a in alerting.expected]
    spoke = _inside(board, record, "alert.pending", "alert.firing", "alert.resolved", "alert.delivered")
    by_name: dict[str, list[Event]] = {name: [] for name in expected}
    for event in spoke:
        if event.subject.name != alerting.heartbeat:
            by_name.setdefault(event.subject.name, []).append(event)
    welcome = {*expected, *(a.alert for a in alerting.may)}
    for name, events in list(by_name.items())[:MOST_ALERTS]:
        note, css = _note(board, events, name in welcome)
        y = board.lane(name, note, tall=22, css=css)
        if name in expected:
            _floor(board, review, y)
        _alert(board, name, events, y)
    _more(board, len(by_name) - MOST_ALERTS, "alert")


def _note(board: Board, events: Sequence[Event], welcome: bool) -> tuple[str, str]:
    """What a reader wants to know of an alert first."""
    told = next((e for e in events if e.kind == "alert.delivered" and e.text("status") == "firing"), None)
    odd = "" if welcome else "unexpected, "
    if told is not None:
        when = clock(told.at, board.scale.zero)
        return (f"{when} to {told.text('receiver')}", "note") if welcome else (f"{odd}{when}", "note bad")
    if any(e.kind == "alert.firing" for e in events):
        return f"{odd}fired, no notice seen", "note bad"
    return (f"{odd}only pending", "note") if events else ("nothing of it was seen", "note bad")


def _alert(board: Board, name: str, events: Sequence[Event], y: float) -> None:
    for kind, start, end in _spells(events, board.scale.end):
        board.sheet.bar(board.scale.x(start), board.scale.x(end), y + 2, 9, kind, f"{name} {kind}")
    for event in events:
        if event.kind != "alert.delivered" or event.data.get("repeated"):
            continue
        x, firing = board.scale.x(event.at), event.text("status") == "firing"
        shape = f"M{x - 5:.1f} {y - 10:.1f}h10l-5 9z" if firing else f"M{x - 4:.1f} {y - 1.5:.1f}h8l-4 -8z"
        board.sheet.path(shape, "told" if firing else "told over", f"{event.text('status')}, delivered to {event.text('receiver')}")


def _floor(board: Board, review: Review, y: float) -> None:
    """When a notice could come at all with the settings that were loaded."""
    detect, began = review.durations.get("time_to_detect"), review.milestones.get("impact_began")
    if detect and detect.floor and began:
        low, high = (board.scale.x(began + timedelta(seconds=s)) for s in detect.floor)
        board.sheet.bar(low, high, y, 20, "floor", "detection floor: when a notice can come with these settings")


def unseen(board: Board, record: Record) -> None:
    """Sources that could not be read, and when: what came then is not known."""
    blind = _inside(board, record, "source.blind")
    for source in list(dict.fromkeys(e.subject.name for e in blind))[:MOST_SOURCES]:
        y = board.lane(source, "could not be read")
        for since in (e.at for e in blind if e.subject.name == source):
            again = next((e.at for e in record.timeline.of("source.alive", name=source, since=since)), board.scale.end)
            board.sheet.bar(board.scale.x(since), board.scale.x(again), y, 11, "unseen", f"{source} could not be read")


def _more(board: Board, left: int, word: str) -> None:
    if left > 0:
        board.lane(f"and {count(left, word)} more", "in the record below")


def _inside(board: Board, record: Record, *kinds: Kind) -> list[Event]:
    return [e for e in record.timeline.of(*kinds) if board.scale.shows(e.at)]


def _runs(samples: Iterable[Event], every: timedelta) -> list[tuple[bool, datetime, datetime]]:
    """Neighbouring samples of one kind as one span."""
    runs: list[tuple[bool, datetime, datetime]] = []
    for sample in samples:
        good = bool(sample.data.get("ok"))
        if runs and runs[-1][0] == good:
            runs[-1] = (good, runs[-1][1], sample.at + every)
        else:
            if runs:
                runs[-1] = (runs[-1][0], runs[-1][1], sample.at)
            runs.append((good, sample.at, sample.at + every))
    return runs


def _spells(events: Iterable[Event], end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Pending until firing, firing until resolved, open ones until the end."""
    spells: list[tuple[str, datetime, datetime]] = []
    state, since = "", end
    for event in events:
        turn = {"alert.pending": "pending", "alert.firing": "firing", "alert.resolved": ""}.get(event.kind)
        if turn is None or turn == state or (turn == "pending" and state == "firing"):
            continue
        if state:
            spells.append((state, since, event.at))
        state, since = turn, event.at
    return [*spells, (state, since, end)] if state else spells


def _rect(x: float, y: float, wide: float, tall: float) -> str:
    return f"M{x:.1f} {y:.1f}h{wide:.1f}v{tall:.1f}h{-wide:.1f}z"


def _number(event: Event, key: str) -> float:
    value = event.data.get(key)
    return float(value) if isinstance(value, int | float) else 0.0
