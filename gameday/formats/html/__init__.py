"""`report.html`: one self-contained page. No script, no network, no outside asset; opens from a file, prints, fits a telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gameday.formats.html.picture import picture
from gameday.model.event import Event
from gameday.model.gap import Gap
from gameday.model.record import Record
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.model.telling import ABOUT, AREAS, CONFIDENCES, DURATIONS, MILESTONES, SEVERITIES, clock, detection, headline, span, zero

LONGEST = 1_000
"""Characters of one text from outside that the page shows."""
MOST_EVENTS = 3_000


class Html:
    """The report that people show each other."""

    ending = "html"

    def render(self, review: Review, record: Record) -> str:
        page = _environment().get_template("page.html.j2")
        return page.render(
            review=review,
            drill=review.drill,
            plan=record.plan,
            headline=headline(review),
            detection=detection(review),
            figures=_figures(review),
            picture=Markup(picture(review, record)),  # noqa: S704  # built of escaped parts only
            areas=[(title, [_card(g, record, review) for g in review.gaps if g.area == area]) for area, title in AREAS.items()],
            verdicts=[(title, [v for v in review.verdicts if v.about == about]) for about, title in ABOUT.items()],
            milestones=sorted(((at, MILESTONES.get(name, name)) for name, at in review.milestones.items() if at), key=lambda m: m[0]),
            durations=[(DURATIONS.get(name, name), span(value)) for name, value in review.durations.items()],
            removals=_removals(review, record),
            events=_appendix(record)[:MOST_EVENTS],
            samples=sum(e.kind in _MANY for e in record.timeline),
            at=lambda moment: clock(moment, zero(review)),
            tell=_tell,
            severities=SEVERITIES,
            confidences=CONFIDENCES,
        )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gameday.formats.html", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    return environment


def _code(text: str) -> Markup:
    """Text with `words in backticks` set as code; everything in it is made safe first."""
    parts = safe(text, LONGEST).split("`")
    if len(parts) % 2 == 0:
        return Markup("{}").format(safe(text, LONGEST))
    shapes = (Markup("{}"), Markup("<code>{}</code>"))
    return Markup("").join(shapes[i % 2].format(p) for i, p in enumerate(parts))


def _finalize(value: Any) -> Any:
    """Everything printed into the page passes here: text from outside cannot act on whoever reads or copies it."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return safe(value, LONGEST)
    return value


@dataclass(frozen=True)
class Figure:
    """One large figure under the headline."""

    name: str
    value: str
    note: str = ""
    warn: bool = False


def _figures(review: Review) -> list[Figure]:
    missed = {v.key for v in review.verdicts if v.verdict == "missed"}
    found = []
    wanted = (
        ("time_to_detect", "detected", any(k.endswith((":in_time", ":fires", ":delivered")) for k in missed)),
        ("time_to_acknowledge", "acknowledged", "response:ack" in missed),
        ("time_to_first_mitigation", "first mitigation", "response:first_mitigation" in missed),
        ("time_to_mitigate", "users served again", "response:impact_over" in missed),
        ("alert_reset", "alert let go", any(k.endswith(":reset") for k in missed)),
    )
    for key, name, warn in wanted:
        if (value := review.durations.get(key)) is not None:
            floor = f"floor: {value.floor[0]:.1f} to {value.floor[1]:.1f} s" if value.floor else _SINCE[key]
            found.append(Figure(name, span(value), floor, warn))
    if review.impact.requests:
        share = review.impact.failed / review.impact.requests
        found.append(Figure("requests failed", f"{share:.0%}", f"{review.impact.failed} of {review.impact.requests}{_customers(review)}"))
    return found


def _customers(review: Review) -> str:
    hurt = review.impact.users_affected
    return f"; {hurt} customers" if hurt else ""


_SINCE = {
    "time_to_detect": "after the impact began",
    "time_to_acknowledge": "after the page",
    "time_to_first_mitigation": "after the acknowledgement",
    "time_to_mitigate": "after the impact began",
    "alert_reset": "after the impact was over",
}


@dataclass(frozen=True)
class Card:
    """A gap with its evidence looked up."""

    gap: Gap
    evidence: tuple[tuple[str, str], ...]


def _card(gap: Gap, record: Record, review: Review) -> Card:
    known = {e.id: e for e in record.timeline}
    rows = []
    for reference in gap.evidence:
        event = known.get(reference)
        rows.append((clock(event.at, zero(review)), _tell(event)) if event else ("", reference))
    return Card(gap, tuple(rows))


def _removals(review: Review, record: Record) -> list[Mapping[str, str]]:
    origin = zero(review)
    return [
        {
            "fault": f.fault,
            "target": f.target,
            "armed": clock(f.armed_at, origin) if f.armed_at else "never seen in effect",
            "ended": clock(f.ended_at, origin) if f.ended_at else "",
            "by": f.undone_by,
            "state": "removed and verified" if f.removed else "NOT VERIFIED",
            "detail": f.detail,
        }
        for f in record.faults
    ]


_MANY = frozenset({"canary.sample", "traffic.sample", "source.alive"})


def _appendix(record: Record) -> list[Event]:
    """Events one by one, but for the many that only say that all goes on."""
    events = [e for e in record.timeline if e.kind not in _MANY]
    return sorted(events, key=lambda e: (e.at, e.seq))


def _tell(event: Event) -> str:
    """An event in one line: what, about what, and the few fields that matter."""
    keys = (
        "receiver",
        "status",
        "value",
        "was",
        "action",
        "command",
        "exit",
        "state",
        "text",
        "summary",
        "severity",
        "why",
        "detail",
        "by",
        "ok",
        "error",
        "ms",
    )
    said = [f"{k} {event.text(k)}" for k in keys if event.text(k)]
    who = f"{event.actor}: " if event.actor else ""
    return f"{who}{event.kind} {event.subject.name}" + (f" ({', '.join(said)})" if said else "") + f" · {event.source}"
