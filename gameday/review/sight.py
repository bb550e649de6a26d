"""Which source could see when. Absence counts only where a source was alive before, during and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from gameday.model.event import Event, Kind
from gameday.model.plan import SOURCES
from gameday.model.timeline import Timeline

LONGEST_SILENCE = timedelta(seconds=10)
"""A source says that it is alive at least every 5 s; twice that without a word, and nobody knows."""
EDGE = timedelta(seconds=5)
"""So much may lie between the edge of a window and the nearest sign of life."""
SIGNS: tuple[Kind, ...] = ("source.alive", "source.blind")


@dataclass(frozen=True)
class Blindness:
    """Why a source could not see, from when, and the event that says so (empty where the absence of events does)."""

    source: str
    why: str
    since: datetime
    event: str = ""


class Sight:
    """What the sources of one drill could see."""

    def __init__(
        self, timeline: Timeline, ended: datetime, sources: tuple[str, ...] = SOURCES, *, canary_silence: timedelta = LONGEST_SILENCE
    ) -> None:
        """`sources` are those that the environment has: what it does not have could never see.

        The canary has a rhythm of its own, in which each sample is a sign of life.
        """
        self._ended, self._sources = ended, sources
        self._silences = {"canary": (canary_silence, canary_silence)}
        self._marks: dict[str, list[Event]] = {}
        for event in timeline.of(*SIGNS, "canary.sample"):
            self._marks.setdefault("canary" if event.kind == "canary.sample" else event.source, []).append(event)

    def blind(self, source: str, since: datetime, until: datetime) -> Blindness | None:
        """Why `source` could not see all of this span, which is cut at the drill's end; None where it could."""
        if source not in self._sources:
            return Blindness(source, f"this environment has no {source} that a drill can read", since)
        until = min(until, self._ended)
        marks = self._marks.get(source, [])
        alive = [m for m in marks if m.kind != "source.blind"]
        if not alive:
            return Blindness(source, f"{source} never answered", since, marks[0].id if marks else "")
        for mark, after in zip(marks, [*marks[1:], None], strict=True):
            if mark.kind == "source.blind" and mark.at <= until and (after is None or after.at >= since):
                return Blindness(source, f"{source} could not be read: {mark.text('why')}", mark.at, mark.id)
        longest, edge = self._silences.get(source, (LONGEST_SILENCE, EDGE))
        return _silence(source, alive, since, until, longest, edge)

    def first_blind(self, sources: tuple[str, ...], since: datetime, until: datetime) -> Blindness | None:
        """The first of several sources that could not see all of this span."""
        return next((b for b in (self.blind(s, since, until) for s in sources) if b), None)

    def overlooked(self, sources: tuple[str, ...], since: datetime, first: datetime, budget: timedelta, came: datetime) -> Blindness | None:
        """Why what was first seen at `first` may have been there so long before that what `came` in its budget came too late after it."""
        blind = self.first_blind(tuple(s for s in sources if s in self._sources), since, first) if first > since else None
        return blind if blind and came > max(since, blind.since) + budget else None

    def proof(self, source: str, since: datetime, until: datetime) -> tuple[str, ...]:
        """Events that show `source` alive around a span: the last before it, the first after it, or the nearest inside."""
        alive = [m for m in self._marks.get(source, []) if m.kind != "source.blind"]
        before = [m for m in alive if m.at <= since] or alive[:1]
        after = [m for m in alive if m.at >= until] or alive[-1:]
        return tuple(dict.fromkeys(m.id for m in (*before[-1:], *after[:1])))


def _silence(source: str, alive: list[Event], since: datetime, until: datetime, longest: timedelta, edge: timedelta) -> Blindness | None:
    """A span without any sign of life."""
    if alive[0].at > since + edge:
        return Blindness(source, f"{source} was not seen alive at the beginning", since, alive[0].id)
    for earlier, later in pairwise(alive):
        if later.at - earlier.at > longest and earlier.at < until and later.at > since:
            seconds = (later.at - earlier.at).total_seconds()
            return Blindness(source, f"{source} gave no sign of life for {seconds:.0f} s", earlier.at, earlier.id)
    if alive[-1].at < until - edge:
        return Blindness(source, f"{source} gave no sign of life before the end", alive[-1].at, alive[-1].id)
    return None
