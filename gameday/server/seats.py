"""Who has a seat now, and who takes one in a drill that is caught up: it takes place at another time than it was planned for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gameday.model.schedule import Schedule
from gameday.model.slot import Slot, TookPart
from gameday.schedule.agenda import Agenda
from gameday.schedule.rotation import LOOK_BACK, rosters
from gameday.store.database import Database
from gameday.store.memory import Memory
from gameday.store.slots import Slots


def took_part(database: Database, schedules: Mapping[str, Schedule], now: datetime) -> Sequence[TookPart]:
    """Who took part so far. One that is caught up counts from when it was, since its people are busy then."""
    late = {
        (c.errand.schedule, c.errand.moment): c.errand.ends - schedules[c.errand.schedule].length
        for c in Slots(database).open()
        if c.state != "waiting" and c.errand.start_by is None and c.errand.schedule in schedules
    }
    parts = Memory(database).took_part(now - LOOK_BACK)
    return [part._replace(moment=late.get((part.schedule, part.moment), part.moment)) for part in parts] if late else parts


def roster_at(agenda: Agenda, name: str, now: datetime, past: Sequence[TookPart]) -> Mapping[str, tuple[str, ...]] | None:
    """Who would take part in a drill that begins now. None while it, or one that begins before it is over, would lack somebody by that."""
    slot = Slot(schedule=name, moment=now, ends=now + agenda.schedules[name].length)
    found = rosters(agenda.with_those_at_once([slot]), agenda.schedules, past)
    # Who has two seats in one drill has them at any time: waiting would not help.
    if any(slot in (clash.slot, clash.other) and clash.slot != clash.other for clash in found.clashes):
        return None
    return found.of[slot.key]
