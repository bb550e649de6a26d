"""Freezes of an environment: iCalendar files, each closing as moments in UTC, with its place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from gameday.errors import Missing
from gameday.load.calendar import read_calendar
from gameday.model.docker_settings import DockerSettings
from gameday.model.freeze import Freeze
from gameday.model.local_time import to_utc, zone_of


def read_freezes(files: Iterable[Path], zone: str) -> tuple[Freeze, ...]:
    """The freezes of all files, by their beginning. Times without an offset are on the wall clock of `zone`.

    Raises Missing or InvalidInput where a file cannot be read: what is not understood is no permission.
    """
    found = (freeze for file in files for freeze in _of(file, zone))
    return tuple(sorted(found, key=lambda f: f.begins))


def freezes_of(place: DockerSettings, root: Path) -> tuple[Freeze, ...]:
    """Those that an environment names. Times without a zone are on the clock of its working hours."""
    return read_freezes((root / file for file in place.freezes), place.working_hours.zone if place.working_hours else "UTC")


def _of(file: Path, zone: str) -> Iterable[Freeze]:
    if not file.is_file():
        raise Missing(f"gameday.toml names the freezes in {file}, and there is no such file")
    for closing in read_calendar(file).closings:
        begins, ends = _in_utc(closing.begins, zone), _in_utc(closing.ends, zone)
        yield Freeze(name=closing.name, begins=begins, ends=ends, place=f"{file.name}:{closing.line}")


def _in_utc(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else to_utc(moment, zone_of(zone))
