"""At once: who would have to be in two drills at the same time, over a year, whatever turns people take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from gameday.model.closing import Calendar
from gameday.model.schedule import Schedule
from gameday.model.slot import Slot
from gameday.schedule.agenda import Agenda
from gameday.schedule.rotation import Clash, rosters

AHEAD = timedelta(days=366)
"""How far is looked; a rule that clashes later than that is told of in time."""


def at_once(
    schedules: Sequence[Schedule], calendars: Mapping[str, Calendar], since: datetime
) -> Iterator[tuple[str, Sequence[str | int], str]]:
    """The schedule, the way to its key, and a sentence: once for each two schedules and role, with the first moment.

    Paused schedules have nobody. Surprises have no moment here: theirs are drawn, and looked at when they are. But one whose
    own seats cannot all be filled clashes with itself at any moment.
    """
    asked = [s for s in schedules if s.roles and s.paused is None]
    agenda = Agenda(asked, calendars)
    found: dict[tuple[str, str, str], list[Clash]] = {}
    for surprise in (s for s in asked if s.when.surprise is not None):
        alone = Slot(schedule=surprise.name, moment=since, ends=since + surprise.length)
        for clash in rosters([alone], agenda.schedules).clashes:
            found[clash.pair] = [clash]
    for clash in rosters(agenda.slots(since, since + AHEAD), agenda.schedules).clashes:
        found.setdefault(clash.pair, []).append(clash)
    for (name, _, role), those in found.items():
        more = f"; so it is {len(those)} times within a year" if len(those) > 1 else ""
        yield name, ("roles", role), f"{those[0]}{more}"
