"""A Programme: which services shall be drilled with which classes of faults, how often. `programme.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gameday.model.local_time import Zone
from gameday.model.noun import Noun
from gameday.model.schedule import Hours

Months = Annotated[int, Field(ge=1, le=60)]


class Duty(Noun):
    """A service that shall be drilled with each of these, at least each so many months."""

    service: Annotated[str, Field(min_length=1, max_length=100)]
    """The service, as services.yaml names it."""
    faults: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=60)], ...], Field(min_length=1)]
    """Classes of faults: container, process, network, resources, database, release, monitoring; or single faults by name."""
    every_months: Months | None = None
    """At least once in so many months; where it is left out, as the whole programme says."""


class Programme(Noun):
    """Everything in `programme.yaml`."""

    schema_: str | None = Field(default=None, alias="$schema", exclude=True)
    """Where this schema is; for editors."""
    every_months: Months = 3
    """How often, where a duty says nothing else."""
    zone: Zone = "UTC"
    """The time zone of what is proposed."""
    hours: Hours = Hours()
    """When drills are proposed."""
    holidays: tuple[str, ...] = ()
    """iCalendar files with days on which nothing is proposed."""
    freezes: tuple[str, ...] = ()
    """iCalendar files with times in which nothing is proposed."""
    duties: Annotated[tuple[Duty, ...], Field(min_length=1)]
    """What shall be drilled."""
