"""From an agenda to slots in the store: every occasion between the last look and now gets its row, whatever is to become of it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gameday.model.claim import Claim, Errand
from gameday.model.duration import format_duration
from gameday.model.schedule import Schedule
from gameday.model.slot import Slot, Withheld
from gameday.schedule.agenda import Agenda
from gameday.schedule.approval import not_approved
from gameday.schedule.rotation import rosters
from gameday.server.host import Host
from gameday.server.seats import roster_at, took_part
from gameday.store.database import Database
from gameday.store.memory import Memory
from gameday.store.slots import Slots
from gameday.store.watches import Watches

LOOK_EVERY = timedelta(seconds=10)
"""So often the store is told how far we have looked, also where nothing was due."""
_MOMENT = timedelta(microseconds=1)
LOG = logging.getLogger("gameday.server")


@dataclass
class Planning:
    """One server's look at its agenda."""

    database: Database
    host: Host
    server: str

    def __post_init__(self) -> None:
        self._slots, self._memory, self._watches = Slots(self.database), Memory(self.database), Watches(self.database)
        self._until: dict[str, datetime] = {}
        self._next: datetime | None = None
        self.taken_late = 0.0
        """Seconds between the moment of the slot that was taken last, and that it was taken."""
        self.agenda = Agenda(())

    def use(self, agenda: Agenda, first_seen: Mapping[str, datetime]) -> None:
        """Another agenda from now on. `first_seen` says since when a schedule counts that the store does not know, or knows otherwise."""
        self._watches.forget_others(first_seen)
        self._until = dict(self._watches.until(first_seen, {name: _rule_of(agenda.schedules[name]) for name in first_seen}))
        self.agenda, self._next = agenda, None

    def look(self, now: datetime, can_run: bool) -> None:
        """Give every occasion up to now its row. Raises Missing while the store is away; then the next look sees it again."""
        if not self._until or (self._next is not None and now < self._next):
            return
        beyond = now + _MOMENT
        seen = dict.fromkeys(self._until, beyond)
        slots: list[Slot] = []
        for occasion in self.agenda.occasions(min(self._until.values()), beyond):
            if occasion.moment < self._until[occasion.schedule]:
                continue
            if isinstance(occasion, Withheld):
                self._withhold(occasion, now)
            else:
                slots.append(occasion)
        last = {slot.schedule: slot for slot in slots}
        people = self._rosters(slots, now)
        for slot in slots:
            if not self._plan(slot, people.get(slot.key, {}), now, can_run, slot is last[slot.schedule]):
                seen[slot.schedule] = min(seen[slot.schedule], slot.moment)
        for bound in set(seen.values()):
            self._watches.advance([name for name, moment in seen.items() if moment == bound], bound)
        self._until = seen
        self._next = now if min(seen.values()) < beyond else self._next_look(now)

    def _next_look(self, now: datetime) -> datetime:
        upcoming = self.agenda.next_due(now)
        return min(now + LOOK_EVERY, upcoming.moment) if upcoming else now + LOOK_EVERY

    def _rosters(self, slots: Sequence[Slot], now: datetime) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Who takes part, by the slots' keys. Nobody is asked where no role is to be filled."""
        schedules = self.agenda.schedules
        if not any(schedules[slot.schedule].roles for slot in slots):
            return {}
        past = took_part(self.database, schedules, now)
        # What nobody ran in time is nobody's turn: it is filled for the record, apart from what begins now.
        late = [s for s in slots if errand_of(schedules[s.schedule], s).is_late(now)]
        due = self.agenda.with_those_at_once([s for s in slots if s not in late])
        found = rosters(due, schedules, past)
        for clash in found.clashes:
            LOG.warning("%s", clash)
        return {**rosters(late, schedules, past).of, **found.of}

    def _withhold(self, occasion: Withheld, now: datetime) -> None:
        schedule = self.agenda.schedules[occasion.schedule]
        slot = Slot(schedule=schedule.name, moment=occasion.moment, ends=occasion.moment + schedule.length)
        self._slots.record(errand_of(schedule, slot), "withheld", occasion.by, occasion.why, self.server, now)

    def _plan(self, slot: Slot, people: Mapping[str, tuple[str, ...]], now: datetime, can_run: bool, last: bool) -> bool:
        """Claim it, or say why not. False where neither can be said yet: no agent is here, and others may have one."""
        schedule = self.agenda.schedules[slot.schedule]
        errand = errand_of(schedule, slot).model_copy(update={"roster": people})
        if schedule.paused is not None:
            self._miss(errand, "paused", f"the schedule was paused: {schedule.paused}", now)
        elif (why := self._not_approved(schedule, slot)) is not None:
            self._miss(errand, "not_approved", why, now)
        elif errand.is_late(now):
            self._late(schedule, errand, now, last)
        elif not can_run:
            return False
        elif self._slots.claim(errand, self.host.name, self.server, now):
            self.taken_late = (now - errand.moment).total_seconds()
            LOG.info("%s: claimed", errand.key)
        return True

    def _late(self, schedule: Schedule, errand: Errand, now: datetime, last: bool) -> None:
        why = f"no server with an agent was there between {errand.moment:%Y-%m-%d %H:%M} and {errand.start_by:%H:%M} UTC"
        if schedule.if_missed == "skip":
            self._miss(errand, "down", why, now)
        elif not last:
            self._miss(errand, "down", f"{why}; a later slot was missed too, and stands for both", now)
        elif self._slots.record(errand, "waiting", "down", why, self.server, now):
            LOG.warning(
                "%s: %s; %s", errand.key, why, "caught up as soon as may be" if schedule.if_missed == "catch_up" else "somebody has to say"
            )

    def _miss(self, errand: Errand, cause: str, why: str, now: datetime) -> None:
        if self._slots.record(errand, "missed", cause, why, self.server, now):
            LOG.warning("%s: missed: %s", errand.key, why)

    def _not_approved(self, schedule: Schedule, slot: Slot) -> str | None:
        if schedule.approval is None:
            return None
        return not_approved(schedule, slot.moment, self._memory.approvals(schedule.name, slot.moment))

    def too_late(self, claim: Claim, now: datetime) -> None:
        """A claim whose host fell silent before anything began, and which nobody took over in time."""
        why = f"{claim.host} was silent, and no other agent was there in time"
        if claim.errand.if_missed == "skip":
            self._slots.miss(claim, "down", why, self.server, now)
        else:
            self._slots.ask(claim, "down", why, self.server, now)

    # --- slots that wait ----------------------------------------------------------------------------------------

    def look_at_waiting(self, claim: Claim, now: datetime, can_run: bool) -> None:
        """Catch up where that may be now; give up where the next slot has come, or a surprise would be none any more."""
        schedule = self.agenda.schedules.get(claim.errand.schedule)
        if schedule is None:
            self._slots.miss(claim, "no_answer", "its schedule is gone", self.server, now)
        elif (why := self._over(claim, now)) is not None:
            self._slots.miss(claim, "no_answer", why, self.server, now)
        elif claim.errand.if_missed == "catch_up" and can_run and schedule.paused is None and self._is_open(schedule, now):
            self._catch_up(claim, schedule, now)

    def _over(self, claim: Claim, now: datetime) -> str | None:
        """Why it is too late to run a slot that waits; None where it is not."""
        name, moment = claim.errand.schedule, claim.errand.moment
        if (following := self.agenda.next_of(name, moment)) is not None and following.moment <= now:
            return "the next slot came first" if claim.errand.if_missed == "catch_up" else "nobody said what to do before the next slot"
        closes = next((s.closes for s in self.agenda.seals if s.schedule == name and s.moment == moment), None)
        return f"the surprise's window closed at {closes:%Y-%m-%d %H:%M} UTC" if closes is not None and closes <= now else None

    def _catch_up(self, claim: Claim, schedule: Schedule, now: datetime) -> None:
        """With the people whose turn it is now, as soon as none of them is in another drill."""
        people: Mapping[str, tuple[str, ...]] | None = {}
        if schedule.roles:
            people = roster_at(self.agenda, schedule.name, now, took_part(self.database, self.agenda.schedules, now))
        if people is not None:
            late = format_duration(timedelta(seconds=int((now - claim.errand.moment).total_seconds())))
            ends = now + schedule.length
            self._slots.catch_up(claim, self.host.name, self.server, now, f"caught up, {late} late", people, ends)

    def _is_open(self, schedule: Schedule, now: datetime) -> bool:
        return self.agenda.stands_in_the_way(schedule.name, now) is None


def _rule_of(schedule: Schedule) -> str:
    """A digest of what says when it is due."""
    return hashlib.sha256(schedule.model_dump_json(include={"when", "zone", "hours"}).encode()).hexdigest()


def errand_of(schedule: Schedule, slot: Slot) -> Errand:
    """What running a slot needs, as its schedule says now."""
    return Errand(
        schedule=slot.schedule, moment=slot.moment, ends=slot.ends, start_by=slot.moment + schedule.grace, title=schedule.title,
        scenario=schedule.scenario, service=schedule.service, faults=schedule.faults, if_missed=schedule.if_missed,
        responders=schedule.responders, variables=schedule.variables,
    )  # fmt: skip
