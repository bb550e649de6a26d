"""A Slot: one time that a schedule is due. And what is known of it: its seal, who takes part, what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import AfterValidator, Field

from gameday.model.noun import Noun


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment in UTC is wanted")
    return moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]
"""Always in UTC: two moments that differ in `fold` alone would compare equal in a zone."""


class Slot(Noun):
    """One time that a schedule is due. Schedule and moment are its key: none runs twice."""

    schedule: str
    moment: Moment
    """When it begins."""
    ends: Moment
    """Until when its people are kept."""

    @property
    def key(self) -> str:
        """`checkout-monthly@2026-12-08T09:00:00Z`."""
        return f"{self.schedule}@{self.moment:%Y-%m-%dT%H:%M:%SZ}"


WithheldBy = Literal["freeze", "holiday", "hours", "no_room"]


class Withheld(Noun):
    """An occasion that the rule names and that is no slot, with what stands in its way."""

    schedule: str
    moment: Moment
    by: WithheldBy
    why: str
    """`freeze "Year end", until 2027-01-04 08:00`."""


class Window(Noun):
    """The time in which a surprise happens. `opens` and the schedule are its key."""

    schedule: str
    opens: Moment
    closes: Moment


class Seal(Noun):
    """The moment that was drawn for a window. Everybody may see `commitment`; moment and salt prove it afterwards."""

    schedule: str
    opens: Moment
    closes: Moment
    moment: Moment
    salt: str
    turn: int = 1
    """Counts up when a freeze, made after the draw, covers the moment, and another is drawn."""

    @property
    def commitment(self) -> str:
        """A hash from which the moment cannot be guessed, for the salt is secret."""
        said = "|".join((self.schedule, *(f"{m:%Y-%m-%dT%H:%M:%SZ}" for m in (self.opens, self.closes, self.moment)), self.salt))
        return hashlib.sha256(said.encode()).hexdigest()


Roster = Mapping[str, Sequence[str]]
"""Who takes which role in a slot."""

Outcome = Literal["waiting", "running", "ran", "missed", "withheld", "cancelled"]
Cause = Literal["down", "paused", "not_approved", "halted", "busy", "refused", "no_answer", "freeze", "holiday", "hours", "no_room"]


class SlotRecord(Noun):
    """What became of a slot. Its key is the slot's.

    `waiting`: somebody has to say yes, or what to do since it was missed · `running`: one server holds it · `ran`: a drill began
    and ended, whose folder and exit code are here · `missed`: none began, and why · `withheld`: freeze, holiday or hours ·
    `cancelled`: a person took it out.
    """

    schedule: str
    moment: Moment
    outcome: Outcome
    cause: Cause | None = None
    """For `missed` and `withheld`: what stood in the way. `down`: no server was there in time."""
    why: str = ""
    """The same as a sentence for people."""
    scenario: str = ""
    service: str = ""
    faults: tuple[str, ...] = ()
    """Of the scenario as it was then, so that the programme can count it."""
    drill: str | None = None
    """The id of the drill, if one began."""
    exit_code: int | None = None
    """What `gameday run` ended with."""
    started: Moment | None = None
    ended: Moment | None = None
    roster: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """The slot's."""
        return f"{self.schedule}@{self.moment:%Y-%m-%dT%H:%M:%SZ}"


class TookPart(NamedTuple):
    """Who took part in one slot that ran or runs; no noun, since there are thousands and each due slot asks for all."""

    schedule: str
    moment: datetime
    roster: Roster


class Invitation(Noun):
    """What was published of one event in a calendar: needed to move it and to take it back."""

    uid: str
    feed: Literal["participants", "facilitators"]
    schedule: str
    occasion: Moment
    """What it is about: the slot's moment, or when a surprise's window opens."""
    sequence: int = 0
    digest: str
    """Of all that readers see. Another digest is an update."""
    begins: Moment
    ends: Moment
    title: str
    organizer: str = ""
    people: tuple[str, ...] = ()
    """To whom it was sent, so that it can be taken back."""
    is_window: bool = False
    """Whether it is a surprise's window, not a drill: it may change after it began."""
    cancelled: bool = False


class SlotMemory(Protocol):
    """What is known of slots across drills; `gameday/store/` keeps it. All are keyed, so that writing twice is writing once."""

    def records(self) -> Sequence[SlotRecord]:
        """What became of each slot so far, oldest first."""
        ...

    def took_part(self, since: datetime) -> Sequence[TookPart]:
        """Who took part in slots that ran or run, due since a moment, oldest first."""
        ...

    def seals(self) -> Sequence[Seal]:
        """The seal in force for each window: that of the highest turn."""
        ...

    def keep_seals(self, seals: Sequence[Seal]) -> Sequence[Seal]:
        """Keep new draws and give the seals in force. Key: schedule, opens, turn; whoever came first wins."""
        ...

    def invitations(self) -> Sequence[Invitation]:
        """What was last published, by feed and UID."""
        ...

    def keep_invitations(self, invitations: Sequence[Invitation]) -> None:
        """Remember what was published. Key: feed and UID; the last wins."""
        ...

    def forget_invitations(self, before: datetime) -> None:
        """Those to what was over by then."""
        ...
