"""The timeline of a drill as an inline SVG picture: fault, users, traffic, alerts, responders and steps on one clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from gameday.model.event import Event
from gameday.model.record import Record
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.model.telling import DEEDS, deed, zero

WIDTH = 1000
LEFT, RIGHT = 178, 18
"""Columns that names take, and the margin."""
ROW = 26
BEFORE = timedelta(seconds=6)
"""So much of the quiet time before the fault is shown."""
AFTER = timedelta(seconds=5)
MOST_ALERTS = 8
MOST_MARKS = 40
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


def picture(review: Review, record: Record) -> str:
    """The SVG element; empty where the drill left nothing to draw."""
    if not len(record.timeline):
        return ""
    return _Picture(review, record).draw()


@dataclass
class _Picture:
    review: Review
    record: Record
    parts: list[str] = field(default_factory=list)
    y: float = 30.0

    def __post_init__(self) -> None:
        self.zero = zero(self.review)
        self.begin = max(self.review.drill.started, self.zero - BEFORE)
        self.end = max(min(self._last() + AFTER, self.review.drill.ended), self.begin + timedelta(seconds=10))

    def _last(self) -> datetime:
        """The last moment at which something happened; waiting for what never came is not drawn."""
        heartbeat = self.record.plan.scenario.expect.alerts.heartbeat
        told = [e for e in self.record.timeline if e.subject.name != heartbeat]
        events = [e.at for e in told if e.kind.startswith(("alert.", "fault.")) or (e.kind in DEEDS and deed(e))]
        moments = [at for at in self.review.milestones.values() if at]
        return max(events + moments, default=self.review.drill.ended)

    def draw(self) -> str:
        self._fault()
        self._users()
        self._traffic()
        self._alerts()
        marks = self._people()
        self._steps()
        height = self.y + 8
        frame = [*self._impact(height), *self._axis(height)]
        title = escape(f"Timeline of the drill {safe(self.review.drill.id)}")
        svg = (
            f'<svg class="timeline" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{title}" xmlns="http://www.w3.org/2000/svg">'
            + "".join(frame) + "".join(self.parts) + "</svg>"
        )  # fmt: skip
        return svg + self._list(marks)

    # --- lanes --------------------------------------------------------------------------------------------------

    def _fault(self) -> None:
        for fault in self.record.faults:
            y = self._row(f"{fault.fault}", fault.target)
            start, end = fault.armed_at or fault.intended_at, fault.ended_at or self.end
            self._bar(start, end, y, "fault", f"{fault.fault} on {fault.target}")
            if fault.removed and fault.ended_at:
                self._check(fault.ended_at, y)
        if not self.record.faults:
            self._row("no fault", "")

    def _users(self) -> None:
        y = self._row("users", "canary")
        every = self.record.plan.scenario.canary.every
        for good, start, end in _runs(self._shown("canary.sample"), every):
            self._bar(start, end, y, "good" if good else "bad", "users are served" if good else "users are not served")

    def _traffic(self) -> None:
        samples = self._shown("traffic.sample")
        if not samples:
            return
        y = self._row("traffic", "requests, failed", height=44)
        most = max((_number(s, "requests") for s in samples), default=1) or 1
        for sample in samples:
            x, right = self._x(sample.at), self._x(sample.at + timedelta(seconds=1))
            for key, css in (("requests", "asked"), ("failed", "failed")):
                tall = 36 * _number(sample, key) / most
                if tall > 0:
                    self.parts.append(
                        f'<rect class="{css}" x="{x:.1f}" y="{y + 20 - tall:.1f}" width="{max(0.8, right - x - 0.8):.1f}" height="{tall:.1f}"/>'
                    )

    def _alerts(self) -> None:
        expected = [a.alert for a in self.record.plan.scenario.expect.alerts.expected]
        beat = self.record.plan.scenario.expect.alerts.heartbeat
        seen = {e.subject.name for e in self._shown("alert.pending", "alert.firing", "alert.delivered")} - {beat}
        for name in [*expected, *sorted(seen - set(expected))][:MOST_ALERTS]:
            self._alert(name, name in expected)

    def _alert(self, name: str, expected: bool) -> None:
        events = [e for e in self._shown("alert.pending", "alert.firing", "alert.resolved", "alert.delivered") if e.subject.name == name]
        told = [e for e in events if e.kind == "alert.delivered" and not e.data.get("repeated")]
        y = self._row(name, "expected" if expected else "")
        floor = self.review.durations.get("time_to_detect")
        began = self.review.milestones.get("impact_began")
        if expected and floor and floor.floor and began:
            low, high = (began + timedelta(seconds=s) for s in floor.floor)
            width = max(2.0, self._x(high) - self._x(low))
            self.parts.append(
                f'<rect class="floor" x="{self._x(low):.1f}" y="{y - 11:.1f}" width="{width:.1f}" height="22"><title>detection floor: a notice can come here</title></rect>'
            )
        for kind, start, end in _alert_spans(events, self.end):
            self._bar(start, end, y, kind, f"{name} {kind}")
        for event in told:
            x, status = self._x(event.at), event.text("status")
            shape = f"M{x - 5:.1f} {y - 12:.1f}h10l-5 8z" if status == "firing" else f"M{x - 5:.1f} {y + 12:.1f}h10l-5 -8z"
            tip = escape(safe(f"{status}, delivered to {event.text('receiver')}"))
            self.parts.append(f'<path class="told" d="{shape}"><title>{tip}</title></path>')

    def _people(self) -> list[tuple[Event, str]]:
        """Numbered marks; the list under the picture says what each is."""
        marks = [(e, said) for e in self._shown(*DEEDS) if (said := deed(e))][:MOST_MARKS]
        y = self._row("responders", "numbers below")
        last = 0.0
        for number, (event, said) in enumerate(marks, 1):
            true = self._x(event.at)
            # Neighbours are moved apart; a line leads from each to its moment.
            x = last = min(max(true, last + 18), WIDTH - 8)
            self.parts.append(
                f'<g class="mark"><path d="M{true:.1f} {y - 13:.1f}L{x:.1f} {y - 4:.1f}"/><circle cx="{x:.1f}" cy="{y + 3:.1f}" r="8"/>'
                f'<text x="{x:.1f}" y="{y + 6.5:.1f}">{number}</text><title>{escape(safe(said))}</title></g>'
            )
        return marks

    def _steps(self) -> None:
        known = {e.id: e for e in self.record.timeline}
        judged = [s for s in self.review.steps if s.status != "not_applicable" and (s.required or s.status == "done")]
        if not judged:
            return
        y = self._row("runbook steps", "")
        missing = []
        for step in judged:
            event = (
                known.get(step.evidence[0])
                if step.evidence and step.status in ("done", "no_effect", "achieved_otherwise", "impossible")
                else None
            )
            if event is None:
                missing.append(f"{step.id} {step.status.replace('_', ' ')}")
                continue
            x = self._x(event.at)
            css = "step" if step.status == "done" else "step other"
            self.parts.append(
                f'<g class="{css}"><rect x="{x - 11:.1f}" y="{y - 9:.1f}" width="22" height="18" rx="4"/>'
                f'<text x="{x:.1f}" y="{y + 4:.1f}">{escape(safe(step.id, 6))}</text><title>{escape(safe(step.title))}</title></g>'
            )
        if missing:
            self.parts.append(f'<text class="missing" x="{WIDTH - RIGHT}" y="{y + 4:.1f}">{escape(safe(" · ".join(missing), 90))}</text>')

    # --- frame --------------------------------------------------------------------------------------------------

    def _impact(self, height: float) -> Iterable[str]:
        began, over = self.review.milestones.get("impact_began"), self.review.milestones.get("impact_over")
        if began:
            x, right = self._x(began), self._x(over or self.end)
            yield f'<rect class="impact" x="{x:.1f}" y="22" width="{max(1.0, right - x):.1f}" height="{height - 26:.1f}"/>'

    def _axis(self, height: float) -> Iterable[str]:
        total = (self.end - self.begin).total_seconds()
        step = next((t for t in TICKS if total / t <= 12), TICKS[-1])
        tick = -int((self.zero - self.begin).total_seconds() // step) * step
        while (at := self.zero + timedelta(seconds=tick)) <= self.end:
            x = self._x(at)
            label = f"{'+' if tick > 0 else '−' if tick < 0 else ''}{abs(tick)} s" if abs(tick) < 120 else f"+{tick // 60}:{tick % 60:02}"
            css = "zero" if tick == 0 else "grid"
            yield f'<line class="{css}" x1="{x:.1f}" y1="20" x2="{x:.1f}" y2="{height - 4:.1f}"/><text class="tick" x="{x:.1f}" y="13">{label}</text>'
            tick += step

    def _list(self, marks: list[tuple[Event, str]]) -> str:
        if not marks:
            return ""
        rows = []
        for event, said in marks:
            seconds = (event.at - self.zero).total_seconds()
            rows.append(f"<li><b>{seconds:+.1f} s</b> {escape(safe(said, 200))}</li>")
        return f'<ol class="marks">{"".join(rows)}</ol>'

    def _row(self, name: str, note: str, height: float = ROW) -> float:
        """A new lane; returns the y of its middle line."""
        middle = self.y + height / 2
        self.parts.append(f'<text class="lane" x="{LEFT - 10}" y="{middle + (0 if note else 4):.1f}">{escape(safe(name, 22))}</text>')
        if note:
            self.parts.append(f'<text class="note" x="{LEFT - 10}" y="{middle + 11:.1f}">{escape(safe(note, 26))}</text>')
        self.y += height + 8
        return middle

    def _bar(self, start: datetime, end: datetime, y: float, css: str, tip: str) -> None:
        x, right = self._x(start), self._x(end)
        self.parts.append(
            f'<rect class="{css}" x="{x:.1f}" y="{y - 6:.1f}" width="{max(1.5, right - x):.1f}" height="12" rx="2"><title>{escape(safe(tip))}</title></rect>'
        )

    def _check(self, at: datetime, y: float) -> None:
        x = min(self._x(at) + 4, WIDTH - RIGHT - 10)
        self.parts.append(f'<path class="check" d="M{x:.1f} {y:.1f}l4 4l7 -9"><title>removed and verified</title></path>')

    def _x(self, at: datetime) -> float:
        share = (at - self.begin) / (self.end - self.begin)
        return LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT)

    def _shown(self, *kinds: str) -> list[Event]:
        found = [e for e in self.record.timeline if e.kind in kinds and self.begin <= e.at <= self.end]
        return sorted(found, key=lambda e: (e.at, e.seq))


def _runs(samples: list[Event], every: timedelta) -> list[tuple[bool, datetime, datetime]]:
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


def _alert_spans(events: list[Event], end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Pending until firing, firing until resolved, open ones until the end."""
    spans: list[tuple[str, datetime, datetime]] = []
    state, since = "", end
    for event in events:
        turn = {"alert.pending": "pending", "alert.firing": "firing", "alert.resolved": ""}.get(event.kind)
        if turn is None or turn == state or (turn == "pending" and state == "firing"):
            continue
        if state:
            spans.append((state, since, event.at))
        state, since = turn, event.at
    return [*spans, (state, since, end)] if state else spans


def _number(event: Event, key: str) -> float:
    value = event.data.get(key)
    return float(value) if isinstance(value, int | float) else 0.0
