"""Facts about the team that rules need: `services.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from gameday.model.duration import Duration
from gameday.model.noun import Noun


class Service(Noun):
    """A service: who owns it, which containers it is made of, what it needs."""

    owner: str
    """The team that owns it."""
    components: tuple[str, ...] = ()
    """Its containers, by Compose service."""
    depends_on: tuple[str, ...] = ()
    """Services it cannot do without."""
    criticality: Literal["high", "medium", "low"] = "medium"
    """How much hangs on it."""


class Receiver(Noun):
    """An Alertmanager receiver: whose it is, and whether it wakes somebody."""

    team: str
    """The team that reads it."""
    pages: bool = True
    """Whether it wakes somebody; a ticket queue does not."""


class SeverityCriterion(Noun):
    """When an incident of this severity exists: this share of canary samples bad for this long."""

    severity: str
    """The word for it."""
    failed_share: Annotated[float, Field(gt=0, le=1)]
    """So large a share of canary samples fails,"""
    lasting: Duration
    """for so long."""
    declare: bool = True
    """Whether an incident must be declared then."""


class Escalation(Noun):
    """Whom to page next, and when."""

    after: Duration
    """When nobody answered for so long."""
    page: str
    """The receiver to page next."""


class Services(Noun):
    """Everything in `services.yaml`."""

    services: Mapping[str, Service] = Field(default_factory=dict)
    """Each service by name."""
    receivers: Mapping[str, Receiver] = Field(default_factory=dict)
    """Each Alertmanager receiver by name."""
    severity: tuple[SeverityCriterion, ...] = ()
    """When an incident of which severity exists."""
    escalation: tuple[Escalation, ...] = ()
    """Whom to page next, and when."""
    runbooks: str | None = None
    """Where runbooks live."""
    dashboards: str | None = None
    """Where dashboards live."""

    def owner(self, service: str) -> str | None:
        """The team that owns a service, where it is known."""
        known = self.services.get(service)
        return known.owner if known else None

    def team(self, receiver: str) -> str | None:
        """The team that reads a receiver, where it is known."""
        known = self.receivers.get(receiver)
        return known.team if known else None

    def whose(self, receiver: str | None, service: str) -> str | None:
        """The team that an alert of a service is for: whoever reads the receiver that is asked for, else the owner of the service."""
        return (self.team(receiver) if receiver else None) or self.owner(service)

    def pages(self, receiver: str) -> bool:
        """Whether this receiver wakes somebody. Unknown receivers are taken to."""
        known = self.receivers.get(receiver)
        return known.pages if known else True
