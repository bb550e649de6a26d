"""The herald: notices before, at the start and after, from a thread of its own, so that a slow receiver delays no drill."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gameday.clients.http import HttpClient, Unreachable
from gameday.conduct.clock import Clock
from gameday.errors import GamedayError
from gameday.model.claim import Errand, SlotEvent
from gameday.model.duration import format_duration
from gameday.model.settings import NoticeSettings
from gameday.model.slot import SlotRecord
from gameday.schedule.agenda import Agenda
from gameday.schedule.rotation import rosters
from gameday.server.notices import FOR_FACILITATORS, for_slack, notice
from gameday.server.planning import errand_of
from gameday.server.seats import took_part
from gameday.store.database import Database
from gameday.store.outbox import Outbox, Posting
from gameday.store.slots import Slots

KINDS = {"taken": "start", "ran": "end", "missed": "missed", "waiting": "waiting"}
"""What is told of which event of a slot."""
TAKEN_BACK = ("withheld", "cancelled")
"""Events of slots that do not take place after all. Only who was told of the slot before hears of them."""
FRESH = timedelta(hours=1)
"""What is older is not told any more."""
PATIENCE = timedelta(seconds=30)
"""After this a try that nobody finished counts as failed."""
OVERLAP = 100
"""Events that are looked at again: PostgreSQL may show one with a lower number later than its successors."""
LOOK_AHEAD_EVERY = 20.0
LOG = logging.getLogger("gameday.notices")


@dataclass(frozen=True)
class Channel:
    """Where one channel is, with its secrets revealed."""

    name: str
    settings: NoticeSettings
    url: str = field(repr=False)
    secret: str = field(repr=False, default="")


@dataclass
class Herald:
    """Tells the channels. `agenda` gives the one that is in force now."""

    database: Database
    channels: Sequence[Channel]
    agenda: Callable[[], Agenda]
    clock: Clock = field(default_factory=Clock)
    http: HttpClient = field(default_factory=lambda: HttpClient(timeout=5.0, pooled=False))
    sent: int = 0
    failed: int = 0
    _after: int | None = None
    _seen: set[int] = field(default_factory=set)
    _ahead: Mapping[tuple[str, datetime], Errand] = field(default_factory=dict)
    _looked: float = float("-inf")

    def __post_init__(self) -> None:
        self._slots, self._outbox = Slots(self.database), Outbox(self.database)

    def run(self, over: threading.Event) -> None:
        """Until the event is set."""
        while not over.wait(0.5):
            self.try_to_tell()

    def try_to_tell(self) -> None:
        """One round. Whatever goes wrong with one notice, the next round goes on."""
        try:
            self.tick()
        except GamedayError as error:
            LOG.warning("%s", error)
        except Exception:
            LOG.exception("a notice could not be told")

    def tick(self) -> None:
        """Everything that is to be told now. Raises Missing while the store is away."""
        now = self.clock.now()
        if not self.channels:
            return
        self._tell_events(now)
        self._tell_ahead(now)
        for posting in self._outbox.unfinished(now - FRESH, now - PATIENCE):
            if (mine := self._outbox.begin_again(posting, now)) is not None:
                self._send(mine)

    def _tell_events(self, now: datetime) -> None:
        if self._after is None:
            self._after = self._slots.last_event_before(now - FRESH)
        for event in self._slots.events(max(self._after - OVERLAP, 0)):
            if event.seq in self._seen or event.at < now - FRESH:
                continue
            if (kind := "missed" if event.kind in TAKEN_BACK else KINDS.get(event.kind)) is not None:
                for channel in self.channels:
                    if self._concerns(channel, event, kind):
                        self._post(event.schedule, event.moment, kind, channel, now)
            self._seen.add(event.seq)
            self._after = max(self._after, event.seq)
        self._seen = {seq for seq in self._seen if seq > self._after - OVERLAP}

    def _concerns(self, channel: Channel, event: SlotEvent, kind: str) -> bool:
        """Whoever was told that a drill is to come is told, too, that it does not take place."""
        if event.kind not in TAKEN_BACK and (channel.settings.to == "facilitators" or kind not in FOR_FACILITATORS):
            return True
        return self._outbox.announced(event.schedule, event.moment, channel.name)

    def _tell_ahead(self, now: datetime) -> None:
        """Only the nearest of the times that are past: a server that was away says once that a drill is near."""
        seconds = self.clock.boottime()
        longest = max((lead for c in self.channels for lead in c.settings.before), default=timedelta())
        if seconds - self._looked >= LOOK_AHEAD_EVERY:
            agenda = self.agenda()
            upcoming = [s for s in agenda.slots(now, now + longest + 2 * PATIENCE) if agenda.schedules[s.schedule].paused is None]
            past = took_part(self.database, agenda.schedules, now) if upcoming else ()
            people = rosters(agenda.with_those_at_once(upcoming), agenda.schedules, past).of
            self._ahead = {
                (s.schedule, s.moment): errand_of(agenda.schedules[s.schedule], s).model_copy(update={"roster": people[s.key]})
                for s in upcoming
            }
            self._looked = seconds
        for (schedule, moment), errand in self._ahead.items():
            for channel in self.channels:
                passed = [lead for lead in channel.settings.before if moment - lead <= now < moment]
                if passed and self._may_know(channel, errand):
                    self._post(schedule, moment, f"before {format_duration(min(passed))}", channel, now)

    def _may_know(self, channel: Channel, errand: Errand) -> bool:
        """Whether a channel may be told a moment that is still to come."""
        schedule = self.agenda().schedules.get(errand.schedule)
        return schedule is not None and (channel.settings.to == "facilitators" or schedule.when.surprise is None)

    # --- one notice ---------------------------------------------------------------------------------------------

    def _post(self, schedule: str, moment: datetime, kind: str, channel: Channel, now: datetime) -> None:
        if (posting := self._outbox.begin(schedule, moment, kind, channel.name, now)) is not None:
            self._send(posting)

    def _send(self, posting: Posting) -> None:
        channel = next((c for c in self.channels if c.name == posting.channel), None)
        found = self._ahead.get((posting.schedule, posting.moment)) if posting.kind.startswith("before") else None
        told: tuple[Errand, SlotRecord | None] | None = (found, None) if found else self._slots.told(posting.schedule, posting.moment)
        if channel is None or told is None:
            self._outbox.finish(posting, "its channel or its slot is gone", self.clock.now())
            return
        why = self._deliver(channel, posting, *told)
        self.sent, self.failed = self.sent + (not why), self.failed + bool(why)
        if why:
            LOG.warning("%s: %s", posting.key, why)
        self._outbox.finish(posting, why, self.clock.now())

    def _deliver(self, channel: Channel, posting: Posting, errand: Errand, record: SlotRecord | None) -> str:
        """Empty where it arrived, else why not; never the address, which may be a secret."""
        told = notice(posting.kind.partition(" ")[0], errand, record, channel.settings.to) | {"id": posting.key}
        body = json.dumps(for_slack(told) if channel.settings.kind == "slack" else told).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": posting.key}
        if channel.secret:
            stamp = str(int(self.clock.now().timestamp()))
            signed = hmac.new(channel.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers |= {"X-Gameday-Timestamp": stamp, "X-Gameday-Signature": f"sha256={signed}"}
        try:
            answer = self.http.request("POST", channel.url, content=body, headers=headers)
        except Unreachable as error:
            return str(error).replace(channel.url, f"[notices.{channel.name}] url")
        return "" if 200 <= answer.status < 300 else f"it answered {answer.status}"
