"""A Trigger: what has to happen before a fault is injected."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import model_validator

from gameday.model.duration import Duration
from gameday.model.expectation import Bound
from gameday.model.noun import Noun

_BOUNDS = ("at_least", "at_most", "above", "below")
_SAID = {"acknowledged": "somebody acknowledged the page", "declared": "somebody declared an incident", "led": "somebody took the lead"}
Deed = Literal["acknowledged", "declared", "led"]


class Trigger(Noun):
    """A probe's answer, an alert that was delivered, or a deed of the responders, and how long that is waited for."""

    probe: str | None = None
    """A probe that probes/*.yaml defines, with one of the bounds of `steady_state`."""
    at_least: float | None = None
    """Its answer is this or more."""
    at_most: float | None = None
    """Its answer is this or less."""
    above: float | None = None
    """Its answer is more than this."""
    below: float | None = None
    """Its answer is less than this."""
    alert: str | None = None
    """An alert that was delivered; where no deliveries can be seen, one that fires."""
    deed: Deed | None = None
    """What the responders did: `acknowledged`, `declared`, or `led` where somebody took the lead."""
    within: Duration = timedelta(minutes=5)
    """How long it is waited for, from the injection's `at`; then the fault is not injected."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(x is not None for x in (self.probe, self.alert, self.deed)) != 1:
            raise ValueError("name one thing that is waited for: `probe` with a bound, `alert` or `deed`")
        bounded = any(getattr(self, key) is not None for key in _BOUNDS)
        if bounded != (self.probe is not None):
            raise ValueError("a `probe` needs a bound: at_least, at_most, above or below" if self.probe else "a bound belongs to a `probe`")
        return self

    @property
    def bound(self) -> Bound | None:
        """What is asked of the probe."""
        return Bound(probe=self.probe, **{key: getattr(self, key) for key in _BOUNDS}) if self.probe else None

    def __str__(self) -> str:
        if self.bound is not None:
            return str(self.bound).replace(f"{self.probe} ", f"{self.probe} is ", 1)
        return f"{self.alert} was delivered" if self.alert else _SAID[str(self.deed)]
