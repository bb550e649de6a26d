"""How soon 1,000 schedules say which of them is due next, and whether that takes memory."""

from __future__ import annotations

import statistics
import time as clock
import tracemalloc
from datetime import UTC, datetime, time, timedelta

from gameday.model.schedule import Hours, Schedule, When
from gameday.schedule.agenda import Agenda

COUNT = 1_000
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
DAYS = ("MO", "TU", "WE", "TH", "FR")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def schedules(count: int = COUNT) -> list[Schedule]:
    """Weekly, monthly and quarterly rules that began up to seven years ago, all different."""
    return [
        Schedule(name=f"s{n}", title=f"Schedule {n}", scenario="x.yaml", zone=ZONES[n % 4], when=_when(n), hours=Hours(to=time(18)))
        for n in range(count)
    ]


def _when(n: int) -> When:
    hour, minute, day = 9 + n % 7, n // 7 % 60, DAYS[n % 5]
    start = datetime(2019 + n % 7, 1, 1 + n % 28, hour, minute)
    match n % 4:
        case 0:
            return When(cron=f"{minute} {hour} * * {1 + n % 5}#{1 + n % 4}")
        case 1:
            return When(cron=f"{minute} {hour} {1 + n % 28} */3 *")
        case 2:
            return When(rrule=f"FREQ=MONTHLY;BYDAY={1 + n % 4}{day}", start=start)
        case _:
            return When(rrule=f"FREQ=WEEKLY;INTERVAL={1 + n % 5};BYDAY={day}", start=start)


def next_due(rounds: int) -> tuple[float, float]:
    """Median seconds of the first answer of an agenda just made, and of an answer a minute after another."""
    plan = schedules()
    first, again = [], []
    for _ in range(rounds):
        agenda = Agenda(plan)
        began = clock.perf_counter()
        agenda.next_due(NOW)
        first.append(clock.perf_counter() - began)
        began = clock.perf_counter()
        agenda.next_due(NOW + timedelta(minutes=1))
        again.append(clock.perf_counter() - began)
    return statistics.median(first), statistics.median(again)


def growth() -> int:
    """Bytes by which an agenda grows over a year of being asked each hour, after the first day."""
    agenda = Agenda(schedules(100))
    tracemalloc.start()
    before = 0
    for hour in range(24 * 365):
        agenda.next_due(NOW + timedelta(hours=hour))
        if hour == 24:
            before = tracemalloc.get_traced_memory()[0]
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown
