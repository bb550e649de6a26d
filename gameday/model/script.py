"""A scripted responder: what it does, in order, through the same doors as a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gameday.model.duration import Duration
from gameday.model.noun import Noun


class AwaitPage(Noun):
    """Read the inbox of a receiver until a page is there."""

    receiver: str
    """The receiver whose inbox is read."""
    alert: str | None = None
    """The alert that is waited for; any where it is left out."""
    at_most: Duration = timedelta(minutes=2)
    """How long it waits."""


class Declaration(Noun):
    """Declare an incident."""

    summary: str
    """What happens, in a line."""
    severity: str | None = None
    """How bad it is."""


class RoleTaken(Noun):
    """Take a role: `lead`, `scribe`, `communications`."""

    role: str
    """lead, scribe, communications …"""
    seat: str | None = None
    """Who takes it; this responder where it is left out."""


class FlagSet(Noun):
    """Set a feature flag in the sandbox's `ops`."""

    name: str
    """The flag."""
    value: str
    """Its new value."""


class StatusPost(Noun):
    """Post to the status page."""

    state: Literal["operational", "degraded", "outage"]
    """What the status page shows."""
    message: str
    """What it says."""


class AwaitCanary(Noun):
    """Wait until users are served again for this long."""

    good_for: Duration = timedelta(seconds=2)
    """How long users must have been served."""
    at_most: Duration = timedelta(minutes=2)
    """How long it waits."""


class Act(Noun):
    """Exactly one thing a responder does."""

    await_page: AwaitPage | None = None
    """Wait for a page."""
    ack: Literal[True] | None = None
    """Acknowledge the page."""
    declare: Declaration | None = None
    """Declare an incident."""
    severity: str | None = None
    """Set the severity."""
    role: RoleTaken | None = None
    """Take a role."""
    log: str | None = None
    """Add a line to the running log."""
    open: str | None = None
    """`page_link` for the page's runbook link, or a path of `ops` such as /runbooks/PaymentsErrorRate."""
    run: str | None = None
    """Run a command in a recorded shell."""
    flag: FlagSet | None = None
    """Set a feature flag."""
    status: StatusPost | None = None
    """Post to the status page."""
    update: str | None = None
    """Tell others how it stands."""
    resolve: str | None = None
    """Say that the incident is over."""
    await_canary: AwaitCanary | None = None
    """Wait until users are served again."""
    wait: Duration | None = None
    """Wait for a time."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("one entry does one thing; write a list entry for each")
        return self


class Script(Noun):
    """A responder's part, played by gameday. Makes a drill repeatable."""

    about: str | None = None
    """What this responder does, and what a drill with it should find."""
    seat: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,30}$")] = "seat-1"
    """The pseudonym under which it acts."""
    does: Annotated[tuple[Act, ...], Field(min_length=1)]
    """What it does, in order; one thing each."""
