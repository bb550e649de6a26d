"""A Timeline: the events of one drill, in our order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

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
        found: list[Event] = []
        for kind in dict.fromkeys(kinds):
            events, times = self._by_kind.get(kind, ((), ()))
            first = 0 if since is None else bisect_left(times, since)
            end = len(times) if until is None else bisect_right(times, until)
            found += (e for e in events[first:end] if (source is None or e.source == source) and (name is None or e.subject.name == name))
        return tuple(sorted(found, key=lambda e: (e.at, e.seq)) if len(kinds) > 1 else found)

    def first(self, *kinds: Kind, name: str | None = None, since: datetime | None = None) -> Event | None:
        """The earliest event of these kinds, or None."""
        return next(iter(self.of(*kinds, name=name, since=since)), None)

    def by_id(self, event_id: str) -> Event | None:
        return self._by_id.get(event_id)

    # A review asks hundreds of times; a drill of an hour has tens of thousands of events.

    @cached_property
    def _by_kind(self) -> dict[str, tuple[tuple[Event, ...], tuple[datetime, ...]]]:
        sorted_ones: dict[str, list[Event]] = {}
        for event in sorted(self.events, key=lambda e: (e.at, e.seq)):
            sorted_ones.setdefault(event.kind, []).append(event)
        return {kind: (tuple(events), tuple(e.at for e in events)) for kind, events in sorted_ones.items()}

    @cached_property
    def _by_id(self) -> dict[str, Event]:
        return {e.id: e for e in reversed(self.events)}
