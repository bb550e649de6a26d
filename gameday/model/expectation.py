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
    """A probe that probes/*.yaml defines."""
    at_least: float | None = None
    """The answer must be this or more."""
    at_most: float | None = None
    """The answer must be this or less."""
    above: float | None = None
    """The answer must be more than this."""
    below: float | None = None
    """The answer must be less than this."""

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


class AbortCondition(Bound):
    """A bound that stops the drill when it holds: `{probe: orders_lost, above: 0}`."""

    on_error: Literal["abort", "ignore"] = "abort"
    """What no answer, three times in a row, means: `abort` stops the drill, since nobody can say that it is safe; `ignore` goes on."""


class AlertExpectation(Noun):
    """One alert that must come: delivered to `receiver` within `within` of the impact."""

    alert: str
    """The name of the alerting rule."""
    severity: str | None = None
    """The value its label `severity` must have."""
    receiver: str | None = None
    """The Alertmanager receiver that must get it."""
    within: Duration = timedelta(minutes=5)
    """From the beginning of the impact to its delivery."""
    reset_within: Duration | None = None
    """From the end of the impact until it is resolved."""
    runbook: Literal["required", "optional"] = "optional"
    """Whether its page must link a runbook that opens."""


class AlertName(Noun):
    """An alert by its rule name."""

    alert: str
    """The name of the alerting rule."""


class NoAlerts(Noun):
    """Instead of a list under `must`: why this fault shall raise no alert."""

    none: Annotated[str, Field(min_length=3)]
    """Why no alert is expected."""


class Alerts(Noun):
    """Which alerts must come, may come, and must not come."""

    must: tuple[AlertExpectation, ...] | NoAlerts
    """Alerts that must come; or `{none: reason}`."""
    may: tuple[AlertName, ...] = ()
    """Alerts that may come: their noise is no gap."""
    must_not: tuple[AlertName, ...] = ()
    """Alerts that must not come."""
    heartbeat: str | None = None
    """An alert that always fires, and so proves that alerts are delivered."""

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
    """From the page's delivery to its acknowledgement."""
    declare: Duration | None = None
    """From the acknowledgement to the declaration of an incident."""
    lead: Duration | None = None
    """From the declaration until somebody leads."""
    severity: Duration | None = None
    """From the declaration until a severity is set."""
    first_mitigation: Duration | None = None
    """From the acknowledgement to the first step that could end the impact."""
    impact_over: Duration | None = None
    """From the beginning of the impact to its end."""


class Updates(Noun):
    """The rhythm of updates to people outside the response."""

    first: Duration | None = None
    """From the declaration to the first update."""
    every: Duration | None = None
    """The longest time between two updates."""
    parts: tuple[Literal["what", "impact", "doing", "next"], ...] = ()
    """What each update must tell."""


class Response(Noun):
    """What the response to the fault should look like."""

    within: Budgets = Budgets()
    """Budgets, each from its own anchor."""
    updates: Updates = Updates()
    """The rhythm of updates to people outside the response."""
    guards: tuple[Bound, ...] = ()
    """What must hold throughout and at the end."""
    scope: tuple[str, ...] = ()
    """Services that the response may touch."""


class Observe(Noun):
    """Which dashboards, logs and traces should show the fault."""

    dashboards: tuple[str, ...] = ()
    """Dashboards that should show it."""
    logs: tuple[str, ...] = ()
    """Services whose logs should show it."""
    traces: tuple[str, ...] = ()
    """Services whose traces should show it."""


class Expect(Noun):
    """Everything a scenario expects."""

    alerts: Alerts
    """Alerts that must, may and must not come."""
    response: Response = Response()
    """Budgets, updates and guards of the response."""
    observe: Observe = Observe()
    """Dashboards, logs and traces that should show the fault."""
