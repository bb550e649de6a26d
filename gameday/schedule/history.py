"""Histories: what ran, what was missed and why, by service and by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from gameday.model.slot import Outcome, SlotRecord

SHOWN: tuple[Outcome, ...] = ("ran", "missed", "withheld", "cancelled", "running", "waiting")


@dataclass(frozen=True)
class Tally:
    """The records of one service in one month."""

    records: Sequence[SlotRecord] = ()

    def count(self, outcome: Outcome) -> int:
        return sum(r.outcome == outcome for r in self.records)

    def text(self) -> str:
        """`2 ran, 1 missed`, or a dash."""
        return ", ".join(f"{n} {o}" for o in SHOWN if (n := self.count(o))) or "-"


@dataclass(frozen=True)
class History:
    """Records by service and month. Months without any are there too, so that a hole is seen."""

    services: Sequence[str]
    months: Sequence[str]
    """`2026-12`, in UTC, without holes."""
    tallies: Mapping[tuple[str, str], Tally]
    records: Sequence[SlotRecord]

    def at(self, service: str, month: str) -> Tally:
        return self.tallies.get((service, month), Tally())


def history(records: Iterable[SlotRecord], since: datetime, until: datetime) -> History:
    """The history of slots with `since` <= moment < `until`."""
    found = sorted((r for r in records if since <= r.moment < until), key=lambda r: (r.moment, r.schedule))
    groups: dict[tuple[str, str], list[SlotRecord]] = {}
    for record in found:
        groups.setdefault((service_of(record), f"{record.moment:%Y-%m}"), []).append(record)
    months = _months(found[0].moment, found[-1].moment) if found else []
    services = sorted({service_of(r) for r in found})
    return History(services, months, {key: Tally(tuple(those)) for key, those in groups.items()}, found)


def service_of(record: SlotRecord) -> str:
    """The service that a slot was about; the schedule's name where that is not known."""
    return record.service or record.schedule


def reasons(found: History) -> Sequence[tuple[str, int]]:
    """Why slots were missed or withheld, most frequent first."""
    counts: dict[str, int] = {}
    for record in found.records:
        if record.outcome in ("missed", "withheld"):
            cause = (record.cause or "not said").replace("_", " ")
            counts[cause] = counts.get(cause, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _months(first: datetime, last: datetime) -> list[str]:
    total = (last.year - first.year) * 12 + last.month - first.month
    months = [(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1) for n in range(total + 1)]
    assert all(a < b for a, b in pairwise(months))
    return [f"{year:04d}-{month:02d}" for year, month in months]
