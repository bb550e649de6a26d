"""A Timeline: the events of one drill, in our order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gameday.model.event import Event, Kind


@dataclass(frozen=True)
class Timeline:
    """Events by `seq`. `damage` says where the file was cut or its hash chain breaks; empty when whole."""

    events: tuple[Event, ...]
    damage: str = ""

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def of(
        self, *kinds: Kind, source: str | None = None, name: str | None = None,
        since: datetime | None = None, until: datetime | None = None,
    ) -> tuple[Event, ...]:  # fmt: skip
        """Events of these kinds, by time; optionally of one source, about one subject, inside a span (both ends in)."""
        found = [
            e
            for e in self.events
            if e.kind in kinds
            and (source is None or e.source == source)
            and (name is None or e.subject.name == name)
            and (since is None or e.at >= since)
            and (until is None or e.at <= until)
        ]
        return tuple(sorted(found, key=lambda e: (e.at, e.seq)))

    def first(self, *kinds: Kind, name: str | None = None, since: datetime | None = None) -> Event | None:
        """The earliest event of these kinds, or None."""
        return next(iter(self.of(*kinds, name=name, since=since)), None)

    def by_id(self, event_id: str) -> Event | None:
        return next((e for e in self.events if e.id == event_id), None)
