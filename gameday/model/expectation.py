"""Expectations: what a scenario says should be observed, and by when."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gameday.model.duration import Duration
from gameday.model.noun import Noun


class Bound(Noun):
    """A probe and the range its answer must stay in: `{probe: orders_lost, at_most: 0}`."""

    probe: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if all(b is None for b in (self.at_least, self.at_most, self.above, self.below)):
            raise ValueError("needs a bound: at_least, at_most, above or below")
        return self

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside every bound given."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        bounds = {"at least": self.at_least, "at most": self.at_most, "above": self.above, "below": self.below}
        return f"{self.probe} " + " and ".join(f"{word} {b:g}" for word, b in bounds.items() if b is not None)


class AlertExpectation(Noun):
    """One alert that must come: delivered to `receiver` within `within` of the impact."""

    alert: str
    severity: str | None = None
    receiver: str | None = None
    within: Duration = timedelta(minutes=5)
    reset_within: Duration | None = None
    runbook: Literal["required", "optional"] = "optional"


class AlertName(Noun):
    """An alert by its rule name."""

    alert: str


class NoAlerts(Noun):
    """Instead of a list under `must`: why this fault shall raise no alert."""

    none: Annotated[str, Field(min_length=3)]


class Alerts(Noun):
    """Which alerts must come, may come, and must not come."""

    must: tuple[AlertExpectation, ...] | NoAlerts
    may: tuple[AlertName, ...] = ()
    must_not: tuple[AlertName, ...] = ()
    heartbeat: str | None = None

    @model_validator(mode="after")
    def _says_why_empty(self) -> Self:
        if self.must == ():
            raise ValueError("`must` is empty; name an alert, or write `must: {none: why no alert is expected}`")
        return self

    @property
    def expected(self) -> tuple[AlertExpectation, ...]:
        return () if isinstance(self.must, NoAlerts) else self.must


class Budgets(Noun):
    """How long each part of the response may take."""

    ack: Duration | None = None
    declare: Duration | None = None
    lead: Duration | None = None
    severity: Duration | None = None
    first_mitigation: Duration | None = None
    impact_over: Duration | None = None


class Updates(Noun):
    """The rhythm of updates to people outside the response."""

    first: Duration | None = None
    every: Duration | None = None
    parts: tuple[Literal["what", "impact", "doing", "next"], ...] = ()


class Response(Noun):
    """What the response to the fault should look like."""

    within: Budgets = Budgets()
    updates: Updates = Updates()
    guards: tuple[Bound, ...] = ()
    scope: tuple[str, ...] = ()


class Observe(Noun):
    """Which dashboards, logs and traces should show the fault."""

    dashboards: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()


class Expect(Noun):
    """Everything a scenario expects."""

    alerts: Alerts
    response: Response = Response()
    observe: Observe = Observe()
