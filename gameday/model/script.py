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
    alert: str | None = None
    at_most: Duration = timedelta(minutes=2)


class Declaration(Noun):
    """Declare an incident."""

    summary: str
    severity: str | None = None


class RoleTaken(Noun):
    """Take a role: `lead`, `scribe`, `communications`."""

    role: str
    seat: str | None = None


class FlagSet(Noun):
    """Set a feature flag in the sandbox's `ops`."""

    name: str
    value: str


class StatusPost(Noun):
    """Post to the status page."""

    state: Literal["operational", "degraded", "outage"]
    message: str


class AwaitCanary(Noun):
    """Wait until users are served again for this long."""

    good_for: Duration = timedelta(seconds=2)
    at_most: Duration = timedelta(minutes=2)


class Act(Noun):
    """Exactly one thing a responder does."""

    await_page: AwaitPage | None = None
    ack: Literal[True] | None = None
    declare: Declaration | None = None
    severity: str | None = None
    role: RoleTaken | None = None
    log: str | None = None
    open: str | None = None
    """`page_link` for the page's runbook link, or a path of `ops` such as /runbooks/PaymentsErrorRate."""
    run: str | None = None
    flag: FlagSet | None = None
    status: StatusPost | None = None
    update: str | None = None
    resolve: str | None = None
    await_canary: AwaitCanary | None = None
    wait: Duration | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("one entry does one thing; write a list entry for each")
        return self


class Script(Noun):
    """A responder's part, played by gameday. Makes a drill repeatable."""

    about: str | None = None
    seat: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,30}$")] = "seat-1"
    does: Annotated[tuple[Act, ...], Field(min_length=1)]
