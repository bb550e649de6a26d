"""`report.html`: one self-contained page. No script, no network, no outside asset; opens from a file, prints, fits a telephone."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gameday.formats.html.board import NARROW, WIDE
from gameday.formats.html.detection import detection_bar
from gameday.formats.html.judgement import expectation_groups, gap_groups, removals, step_rows
from gameday.formats.html.marks import MOST, marks
from gameday.formats.html.picture import picture
from gameday.formats.html.summary import clock_rows, figures, gap_tally, verdict_tally
from gameday.model.event import Event
from gameday.model.proof import place, said
from gameday.model.record import Record
from gameday.model.review import Review
from gameday.model.safe_text import safe
from gameday.model.telling import CONFIDENCES, SEVERITIES, clock, detection, headline, removal, zero

LONGEST = 1_000
"""Characters of one text from outside that the page shows."""
MOST_EVENTS = 3_000
MANY = frozenset({"canary.sample", "traffic.sample", "source.alive"})
"""Events that only say that all goes on."""


class Html:
    """The report that people show each other."""

    ending = "html"

    def render(self, review: Review, record: Record) -> str:
        done = marks(record)
        log = _log(record)
        # The picture is built of escaped parts only.
        wide, narrow = (Markup(picture(review, record, done, layout)) for layout in (WIDE, NARROW))  # noqa: S704
        bar = detection_bar(review)
        return _environment().get_template("page.html.j2").render(
            review=review,
            drill=review.drill,
            plan=record.plan,
            style=_style(),
            tone=_tone(review),
            headline=headline(review),
            damage=record.damage,
            figures=figures(review, record),
            gap_tally=gap_tally(review),
            verdict_tally=verdict_tally(review),
            pictures=(wide, narrow),
            marks=done,
            most_marks=MOST,
            blind=any(e.kind == "source.blind" for e in record.timeline),
            detected=detection(review),
            detection=bar,
            bar=Markup(bar.bar) if bar else "",  # noqa: S704  # numbers only
            groups=gap_groups(review, record),
            expectations=expectation_groups(review, record),
            removal=removal(review, record),
            removals=removals(record),
            steps=step_rows(review, record),
            moments=clock_rows(review, record),
            events=log[:MOST_EVENTS],
            more_events=len(log[MOST_EVENTS:]),
            samples=len(record.timeline) - len(log),
            at=lambda moment: clock(moment, zero(review)),
            said=said,
            place=place,
            severities=SEVERITIES,
            confidences=CONFIDENCES,
        )  # fmt: skip


@dataclass(frozen=True)
class Style:
    """The page's only style, and its hash, by which the browser knows that it is ours."""

    text: Markup
    hash: str


@cache
def _style() -> Style:
    source = _environment().get_template("page.css.j2").render()
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return Style(Markup(source), f"sha256-{digest}")  # noqa: S704  # a file of this package


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


def _tone(review: Review) -> str:
    """How loud the headline is: `bad`, `warn`, `open` (not everything could be judged) or `good`."""
    if review.safety.left or any(g.severity == "S1" for g in review.gaps):
        return "bad"
    if review.drill.outcome != "completed" or any(g.area == "drill" for g in review.gaps):
        return "open"
    if review.gaps:
        return "warn"
    return "open" if any(v.verdict == "undecidable" for v in review.verdicts) else "good"


def _log(record: Record) -> list[Event]:
    """Events one by one, but for the many."""
    return sorted((e for e in record.timeline if e.kind not in MANY), key=lambda e: (e.at, e.seq))
