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
    components: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    criticality: Literal["high", "medium", "low"] = "medium"


class Receiver(Noun):
    """An Alertmanager receiver: whose it is, and whether it wakes somebody."""

    team: str
    pages: bool = True


class SeverityCriterion(Noun):
    """When an incident of this severity exists: this share of canary samples bad for this long."""

    severity: str
    failed_share: Annotated[float, Field(gt=0, le=1)]
    lasting: Duration
    declare: bool = True


class Escalation(Noun):
    """Whom to page next, and when."""

    after: Duration
    page: str


class Services(Noun):
    """Everything in `services.yaml`."""

    services: Mapping[str, Service] = Field(default_factory=dict)
    receivers: Mapping[str, Receiver] = Field(default_factory=dict)
    severity: tuple[SeverityCriterion, ...] = ()
    escalation: tuple[Escalation, ...] = ()
    runbooks: str | None = None
    dashboards: str | None = None

    def owner(self, service: str) -> str | None:
        """The team that owns a service, where it is known."""
        known = self.services.get(service)
        return known.owner if known else None

    def team(self, receiver: str) -> str | None:
        """The team that reads a receiver, where it is known."""
        known = self.receivers.get(receiver)
        return known.team if known else None

    def pages(self, receiver: str) -> bool:
        """Whether this receiver wakes somebody. Unknown receivers are taken to."""
        known = self.receivers.get(receiver)
        return known.pages if known else True
