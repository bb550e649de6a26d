"""Schedules and moments for tests, in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gameday.model.closing import Calendar, Closing
from gameday.model.schedule import Hours, Role, Schedule, Surprise, When
from gameday.model.slot import Slot
from gameday.schedule.agenda import Agenda


def utc(text: str) -> datetime:
    """`2026-12-01 10:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def schedule(name: str = "checkout", *, zone: str = "Europe/Paris", minutes: int = 60, **fields: Any) -> Schedule:
    """`cron`, `rrule` with `start`, `once` or `surprise`, and any other field."""
    when = When(**{key: fields.pop(key) for key in ("once", "cron", "rrule", "start", "surprise") if key in fields})
    return Schedule(
        name=name,
        title=f"Practice of {name}",
        scenario="scenarios/x.yaml",
        zone=zone,
        when=when,
        length=timedelta(minutes=minutes),
        **fields,
    )


def hours(begins: str = "09:00", ends: str = "17:00", days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")) -> Hours:
    return Hours.model_validate({"days": days, "from": begins, "to": ends})


def role(*people: str, seats: int = 1) -> Role:
    return Role.model_validate({"from": people, "seats": seats})


def each(period: str, **fields: Any) -> Surprise:
    return Surprise.model_validate({"each": period, **fields})


def closed(*spans: tuple[str, str], name: str = "Freeze") -> Calendar:
    """Closings without a zone: on the wall clock of whoever asks."""
    return Calendar(file="x.ics", closings=tuple(Closing(name=name, begins=wall(a), ends=wall(b)) for a, b in spans))


def starts(agenda: Agenda | Schedule, since: str, until: str) -> list[str]:
    """The slots' moments in UTC, without seconds."""
    found = agenda if isinstance(agenda, Agenda) else Agenda([agenda])
    return [f"{s.moment:%Y-%m-%d %H:%M}" for s in found.slots(utc(since), utc(until))]


def slot(name: str, begins: str, minutes: int = 60) -> Slot:
    return Slot(schedule=name, moment=utc(begins), ends=utc(begins) + timedelta(minutes=minutes))
