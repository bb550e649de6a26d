"""The first screen: figures with their limits, gaps by area and severity, verdicts by what they are about; and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gameday.model.duration import format_duration
from gameday.model.record import Record
from gameday.model.review import Review, Span
from gameday.model.telling import ABOUT, ANSWERS, AREAS, MILESTONES, SEVERITIES, limits, span

REACHED = {
    "time_to_detect": "alert_delivered",
    "time_to_acknowledge": "acknowledged",
    "time_to_declare": "declared",
    "time_to_runbook": "runbook_opened",
    "time_to_first_mitigation": "first_mitigation",
    "time_to_mitigate": "impact_over",
    "alert_reset": "alert_resolved",
}
"""The moment that ends each duration."""
AFTER = {"time_to_lead": ("declared", "lead named")}
"""Durations whose end is no milestone: the moment they begin with, and what their end is called."""
SINCE = {
    "time_to_detect": "after users were hurt",
    "time_to_acknowledge": "after the page",
    "time_to_declare": "after the acknowledgement",
    "time_to_lead": "after the declaration",
    "time_to_runbook": "after the page",
    "time_to_first_mitigation": "after the acknowledgement",
    "time_to_mitigate": "after users were hurt",
    "alert_reset": "after users were served",
}
"""The moment from which each counts."""
FIGURES = {
    "time_to_detect": "detected",
    "time_to_acknowledge": "acknowledged",
    "time_to_first_mitigation": "first mitigation",
    "time_to_mitigate": "users served again",
    "alert_reset": "alert let go",
}


@dataclass(frozen=True)
class Figure:
    """One large figure under the headline. `late`: beyond its limit, or never reached."""

    name: str
    value: str
    notes: tuple[str, ...] = ()
    late: bool = False


def figures(review: Review, record: Record) -> tuple[Figure, ...]:
    """At most six: what it took, with the limit beside it, and what users felt."""
    budgets = limits(record.plan)
    timed = [
        Figure(name, span(took), _notes(key, took, budgets), _late(took, budgets.get(key)))
        for key, name in FIGURES.items()
        if (took := review.durations.get(key)) is not None
    ]
    return (*timed, *_felt(review))


def _notes(key: str, took: Span, budgets: Mapping[str, timedelta]) -> tuple[str, ...]:
    late = "not reached, " if took.censored else "late, " if _late(took, budgets.get(key)) else ""
    limit = f"{late}limit {format_duration(budgets[key])}" if key in budgets else late.removesuffix(", ")
    floor = f"floor {took.floor[0]:.1f} to {took.floor[1]:.1f} s" if took.floor else SINCE[key]
    return tuple(n for n in (limit, floor) if n)


def _late(took: Span, limit: timedelta | None) -> bool:
    return took.censored or (limit is not None and took.seconds > limit.total_seconds())


def _felt(review: Review) -> tuple[Figure, ...]:
    impact = review.impact
    if not impact.requests:
        return ()
    hurt = "customers not told apart" if impact.users_affected is None else f"{impact.users_affected} customers"
    return (Figure("requests failed", f"{impact.failed / impact.requests:.0%}", (f"{impact.failed} of {impact.requests}", hurt)),)


@dataclass(frozen=True)
class Tally:
    """A small table of counts: a row for each thing, a column for each kind."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def gap_tally(review: Review) -> Tally:
    """Gaps by area and severity."""
    severities = tuple(SEVERITIES)
    rows = (
        (title, tuple(sum(g.area == area and g.severity == s for g in review.gaps) for s in severities)) for area, title in AREAS.items()
    )
    return Tally(severities, tuple(rows))


def verdict_tally(review: Review) -> Tally:
    """Verdicts by what they are about."""
    rows = (
        (title, tuple(sum(v.about == about and v.verdict == a for v in review.verdicts) for a in ANSWERS)) for about, title in ABOUT.items()
    )
    return Tally(ANSWERS, tuple(rows))


@dataclass(frozen=True)
class Reached:
    """A moment on the clock, how long it took, and the limit. `at` is None for what was not seen."""

    name: str
    at: datetime | None
    took: str = ""
    since: str = ""
    limit: str = ""
    late: bool = False


def clock_rows(review: Review, record: Record) -> tuple[Reached, ...]:
    """Every moment by time; then what never came, with how long it had been waited for."""
    budgets = limits(record.plan)
    ends = {moment: key for key, moment in REACHED.items()}
    came = [(at, name) for name, at in review.milestones.items() if at]
    rows = [_reached(MILESTONES.get(name, name), at, ends.get(name, ""), review, budgets) for at, name in came]
    seen = {name for _, name in came}
    waited = [k for k in review.durations if k in REACHED and REACHED[k] not in seen]
    rows += [_reached(MILESTONES[REACHED[k]], None, k, review, budgets) for k in waited]
    rows += [_reached(AFTER[k][1], _later(review, k), k, review, budgets) for k in review.durations if k in AFTER]
    return tuple(sorted(rows, key=lambda r: (r.at is None, r.at.timestamp() if r.at else 0.0)))


def _later(review: Review, key: str) -> datetime | None:
    """When a duration without a moment of its own ended."""
    begins, took = review.milestones.get(AFTER[key][0]), review.durations[key]
    return begins + timedelta(seconds=took.seconds) if begins and not took.censored else None


def _reached(name: str, at: datetime | None, key: str, review: Review, budgets: Mapping[str, timedelta]) -> Reached:
    took = review.durations.get(key)
    if took is None:
        return Reached(name, at)
    limit = budgets.get(key)
    return Reached(name, at, span(took), SINCE.get(key, ""), format_duration(limit) if limit else "", _late(took, limit))
