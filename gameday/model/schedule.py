"""A Schedule: when a scenario is drilled, with whom, and when it must not be. One file: `schedules/NAME.yaml`.

    title: Checkout is drilled every month
    scenario: scenarios/payments-freezes.yaml
    zone: Europe/Paris
    when: {cron: "0 10 * * TUE#2"}        or once, rrule with start, surprise
    length: 90m
    hours: {days: [mon, tue, wed, thu], from: "09:30", to: "16:30"}
    holidays: [calendars/holidays-fr.ics]
    freezes: [calendars/freezes.ics]
    roles:
      facilitator: {from: [gil@example.org, hana@example.org]}
      responder: {from: [ana@example.org, ben@example.org, chi@example.org], seats: 2}
    barred: {ana@example.org: wrote the payment client}
    objectives: [Checkout sells on within three minutes]
    prerequisites: [The support desk knows of it]
    approval: {by: [lead@example.org], ahead: 1d}
    if_missed: ask

A rule names *occasions* on the wall clock of `zone`. An occasion inside the hours and outside freezes and holidays is a *slot*
(`slot.py`), known by the schedule's name and a UTC moment; any other is *withheld*, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gameday.model.duration import Duration
from gameday.model.local_time import Day, LocalMoment, TimeOfDay, Zone
from gameday.model.noun import Noun

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
IfMissed = Literal["skip", "catch_up", "ask"]
FACILITATOR = "facilitator"
"""The role that knows the fault, and the moment of a surprise."""


class Surprise(Noun):
    """A moment that is drawn inside a window: one window, or one in each week, month or quarter."""

    each: Literal["week", "month", "quarter"] | None = None
    """A window in each of these; without it there is one, from `first` to `last`."""
    first: Day | None = None
    """The first day on which it may happen."""
    last: Day | None = None
    """The last day on which it may happen."""

    @model_validator(mode="after")
    def _is_a_window(self) -> Self:
        if self.each is None and (self.first is None or self.last is None):
            raise ValueError("a surprise needs a window: write `each: month`, or `first` and `last`")
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"a window cannot end ({self.last}) before it begins ({self.first})")
        return self


class When(Noun):
    """One of four ways to say when. All times are those on the wall clock of the schedule's zone."""

    once: LocalMoment | None = None
    """Once, at this moment: "2026-12-01 10:00"."""
    cron: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Five fields as in crontab: "0 10 * * TUE#2" is ten o'clock on the second Tuesday of each month."""
    rrule: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """A rule of iCalendar (RFC 5545): "FREQ=MONTHLY;BYDAY=1TU"."""
    start: LocalMoment | None = None
    """With `rrule`: the first moment, which the rule repeats."""
    surprise: Surprise | None = None
    """A moment that is drawn and sealed, inside a window and the working hours."""

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        ways = [name for name in ("once", "cron", "rrule", "surprise") if getattr(self, name) is not None]
        if len(ways) != 1:
            said = f"there are {' and '.join(f'`{w}`' for w in ways)}" if ways else "there is none"
            raise ValueError(f"write one of `once`, `cron`, `rrule` and `surprise`; {said}")
        if (self.rrule is None) != (self.start is None):
            raise ValueError("`rrule` needs `start`, its first moment" if self.start is None else "`start` belongs to `rrule`; remove it")
        return self


class Hours(Noun):
    """When drills may happen: these days, from one time of day to another. A drill ends inside them too."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    """Days of the week."""
    from_: TimeOfDay = Field(default=time(9), alias="from")
    """None begins earlier."""
    to: TimeOfDay = time(17)
    """None ends later."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.to <= self.from_:
            raise ValueError(f'working hours end at "{self.to:%H:%M}", which is not after "{self.from_:%H:%M}"')
        return self


def _all_different(people: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({p for p in people if people.count(p) > 1}):
        raise ValueError(f'"{twice[0]}" stands here twice; keep one')
    return people


Person = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s<>,;:\"]+$")]
"""A name without spaces, or an e-mail address, to which invitations are addressed."""


class Role(Noun):
    """Who may take a role, and how many do each time. They take turns, whoever had it least recently first."""

    from_: Annotated[tuple[Person, ...], Field(min_length=1), AfterValidator(_all_different)] = Field(alias="from")
    """Names, or e-mail addresses."""
    seats: Annotated[int, Field(ge=1, le=20)] = 1
    """How many of them each time."""


class Approval(Noun):
    """Who has to say yes to each slot, and how early. Needed wherever a drill leaves the sandbox."""

    by: Annotated[tuple[Person, ...], Field(min_length=1)]
    """Any one of them."""
    ahead: Duration = timedelta(hours=1)
    """At the latest so long before; a slot without a yes is missed."""


class WrittenSchedule(Noun):
    """What stands in the file: when a scenario is drilled, with whom, and what happens to a slot that was missed."""

    schema_: str | None = Field(default=None, alias="$schema", exclude=True)
    """Where this schema is; for editors."""
    title: Annotated[str, Field(min_length=3, max_length=120)]
    """What is practised, in one line that gives nothing away: participants read it."""
    scenario: Annotated[str, Field(min_length=1, max_length=300)]
    """The scenario's file, from the root of the workspace."""
    zone: Zone = "UTC"
    """The IANA time zone that all times here are in."""
    when: When
    """When it happens."""
    length: Duration = timedelta(hours=1)
    """How long people are kept, the drill with its set-up and talk."""
    hours: Hours | None = None
    """When drills may happen. A slot outside of them is withheld. A surprise is drawn inside of them; without this key on weekdays from 09:00 to 17:00."""
    holidays: tuple[str, ...] = ()
    """iCalendar files with days on which no drill is, from the root of the workspace."""
    freezes: tuple[str, ...] = ()
    """iCalendar files with times in which nothing may be changed or broken."""
    roles: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z_-]{0,30}$")], Role] = Field(default_factory=dict)
    """Who takes part as what. A `facilitator` knows the fault; all others do not."""
    barred: Mapping[Person, Annotated[str, Field(min_length=3, max_length=200)]] = Field(default_factory=dict)
    """Who sits this one out, each with the reason: it is practised without the expert."""
    objectives: tuple[Annotated[str, Field(min_length=3, max_length=200)], ...] = ()
    """What is to be learnt; participants read it."""
    prerequisites: tuple[Annotated[str, Field(min_length=3, max_length=200)], ...] = ()
    """What has to be true before; facilitators read it."""
    approval: Approval | None = None
    """Who has to say yes to each slot."""
    if_missed: IfMissed = "skip"
    """What happens to a slot that nobody could run in time: `skip` it, `catch_up` as soon as may be, or `ask` the facilitator."""
    grace: Duration = timedelta(minutes=10)
    """A slot that begins at most so late is not missed."""
    paused: Annotated[str, Field(min_length=3, max_length=200)] | None = None
    """Why it is paused; a slot is missed meanwhile, and recorded so. `gameday schedule pause` writes this."""
    variables: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    """Values for the scenario's `vars`, as `--var` gives them."""
    responders: Annotated[str, Field(min_length=1, max_length=300)] = "human"
    """Who responds: `human`, `none`, or a file under responders/."""

    @property
    def open_hours(self) -> Hours | None:
        """The hours that hold: those written, for a surprise also those that are usual."""
        return self.hours or (Hours() if self.when.surprise else None)


class Schedule(WrittenSchedule):
    """What is written, with what the file's name and the scenario say."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    """The file's name without its ending."""
    service: str = ""
    """The service that the scenario is about."""
    environment: str = "sandbox"
    """Where the scenario happens."""
    faults: tuple[str, ...] = ()
    """What the scenario breaks, by name of fault."""
