"""Reading what commands about schedules need: the schedules, their calendars, and what is known of past slots."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gameday.commands.serving import schedule_reader
from gameday.errors import InvalidInput
from gameday.load.schedule import ScheduleReader, unknown_schedule
from gameday.load.workspace import Workspace, find_workspace
from gameday.model.closing import Calendar
from gameday.model.schedule import Schedule
from gameday.model.slot import Invitation, Seal, Slot, SlotMemory, SlotRecord, TookPart
from gameday.schedule.agenda import Agenda
from gameday.schedule.at_once import at_once
from gameday.schedule.rotation import LOOK_BACK, Rosters, rosters

AHEAD = timedelta(days=366)
"""How far people look ahead, and calendars are filled."""
SEALED = timedelta(days=92)
"""How far ahead the moments of surprises are drawn."""


@dataclass(frozen=True)
class Planning:
    """Everything that is planned in a workspace, and what is known of it now."""

    workspace: Workspace
    agenda: Agenda
    memory: SlotMemory
    now: datetime

    def rosters(self, until: datetime | None = None) -> Rosters:
        """Who takes part in what is to come. Raises InvalidInput where somebody would be in two drills at once."""
        schedules = self.agenda.schedules
        slots = (s for s in self.agenda.slots(self.now, until or self.now + AHEAD) if schedules[s.schedule].paused is None)
        found = rosters(slots, schedules, self._past())
        if found.clashes:
            raise InvalidInput(*dict.fromkeys(str(c) for c in found.clashes))
        return found

    def _past(self) -> Sequence[TookPart]:
        """Who took part so far. Who was invited to a slot that nobody wrote down is taken to have been there."""
        known = {(r.schedule, r.moment) for r in self.memory.records()}
        return [*self.memory.took_part(self.now - LOOK_BACK)] + [
            TookPart(i.schedule, i.begins, {i.feed: i.people})
            for i in self.memory.invitations()
            if not i.cancelled and not i.is_window and i.begins <= self.now and (i.schedule, i.begins) not in known
        ]

    def named(self, name: str) -> Schedule:
        """A schedule, or InvalidInput with what was perhaps meant."""
        if name not in self.agenda.schedules:
            raise unknown_schedule(name, self.workspace)
        return self.agenda.schedules[name]


class Nothing:
    """What is known where there is no store: nothing of the past. What is kept here lasts as long as the command."""

    def __init__(self) -> None:
        self._seals: list[Seal] = []

    def records(self) -> Sequence[SlotRecord]:
        return ()

    def took_part(self, since: datetime) -> Sequence[TookPart]:
        return ()

    def seals(self) -> Sequence[Seal]:
        return self._seals

    def keep_seals(self, seals: Sequence[Seal]) -> Sequence[Seal]:
        self._seals += seals
        return self._seals

    def invitations(self) -> Sequence[Invitation]:
        return ()

    def keep_invitations(self, invitations: Sequence[Invitation]) -> None:
        return None

    def forget_invitations(self, before: datetime) -> None:
        return None


def now() -> datetime:
    """The moment, to the second. The one clock of these commands."""
    return datetime.now(UTC).replace(microsecond=0)


def at_once_from_now(schedules: Sequence[Schedule], calendars: Mapping[str, Calendar]) -> Iterable[tuple[str, Sequence[str | int], str]]:
    """Who would be in two drills at once within a year."""
    return at_once(schedules, calendars, now())


def refuse_two_at_once(reading: ScheduleReader, schedule: Schedule) -> None:
    """Raises InvalidInput where this schedule, beside all others, would have somebody in two drills at once."""
    if not schedule.roles or schedule.paused is not None:
        return
    others = reading.read_others([schedule])
    if found := reading.mistakes_together([*others, schedule], at_once_from_now):
        known = reading.mistakes_together(others, at_once_from_now)
        if new := [m for m in found if m not in known]:
            raise InvalidInput(*new)


def planned() -> Planning:
    """The schedules of the workspace around this directory. Raises InvalidInput with all mistakes of all files."""
    workspace = find_workspace(Path.cwd())
    reading = schedule_reader(workspace)
    schedules = reading.read_all()
    memory = memory_of(workspace)
    return Planning(workspace, Agenda(schedules, reading.calendars, memory.seals()), memory, now())


def planning() -> Planning:
    """The same, after what is not drawn yet for surprises near enough is drawn and kept."""
    plan = planned()
    drawn = plan.agenda.draw(plan.now, plan.now + SEALED, lambda: secrets.token_hex(16))
    if not drawn.seals:
        return plan
    return replace(plan, agenda=plan.agenda.with_seals(plan.memory.keep_seals(drawn.seals)))


def memory_of(workspace: Workspace) -> SlotMemory:
    """What is known of slots in this workspace: its store, or nothing where what the store needs is not installed.

    Raises Missing where the store cannot be opened.
    """
    from importlib.util import find_spec

    if find_spec("sqlalchemy") is None:
        return Nothing()
    from gameday.bundle.host_state import HostState
    from gameday.gaps import GAPS
    from gameday.load.settings import read_settings
    from gameday.server.store_place import open_workspace_store
    from gameday.store.memory import Memory

    settings = read_settings(workspace.root / "gameday.toml", lambda: GAPS)
    return Memory(open_workspace_store(workspace.root, settings, HostState()))


def kept_since(plan: Planning) -> datetime:
    """What was over by then need not be kept."""
    from gameday.gaps import GAPS
    from gameday.load.settings import read_settings

    return plan.now - read_settings(plan.workspace.root / "gameday.toml", lambda: GAPS).store.keep


def slot_json(slot: Slot, schedule: Schedule, roster: object) -> dict[str, object]:
    """A slot as tools read it."""
    return {
        "key": slot.key,
        "schedule": slot.schedule,
        "title": schedule.title,
        **times_json(slot.moment, slot.ends, schedule),
        "roster": roster,
    }


def times_json(begins: datetime, ends: datetime, schedule: Schedule) -> dict[str, object]:
    """Moments in UTC, and on the schedule's wall clock."""
    from gameday.model.local_time import zone_of

    local = begins.astimezone(zone_of(schedule.zone))
    return {"begins": utc(begins), "ends": utc(ends), "local": local.isoformat(), "zone": schedule.zone}


def utc(moment: datetime) -> str:
    """`2026-12-08T09:00:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def local(moment: datetime, schedule: Schedule) -> str:
    """`Tue 2026-12-08 10:00 Europe/Paris`."""
    from gameday.model.local_time import zone_of

    return f"{moment.astimezone(zone_of(schedule.zone)):%a %Y-%m-%d %H:%M} {schedule.zone}"
