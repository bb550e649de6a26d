"""An Injection: a fault, what it acts on, and when it starts and ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from gameday.model.duration import Duration, Offset
from gameday.model.noun import Noun
from gameday.model.trigger import Trigger

CEILING = timedelta(minutes=60)
"""No fault of any scenario lives longer than this, and no drill breaks anything later than this after its steady state."""
USUAL_CEILING = timedelta(minutes=10)
"""`at_most` where a scenario says nothing."""
GRACE = timedelta(seconds=10)
"""What a fault starts inside a target outlives `at_most` by so much, so that it is the undo that ends it wherever somebody
is left to do it."""


class Injection(Noun):
    """Scheduling around a fault. The fault's own fields are in `settings`; in YAML they stand beside these."""

    fault: str
    """A fault of the catalogue: `gameday list faults`."""
    target: str
    """The service whose container is broken; it must carry the label `gameday.allow`."""
    at: Offset = timedelta(0)
    """When it begins, from the moment the steady state was met."""
    when: Trigger | None = None
    """What has to happen first, from `at` on: `{probe: orders_waiting, above: 100}`. Not injected where it does not."""
    hold: Literal["until_mitigated"] | None = None
    """`until_mitigated`: it stays until users are served again, or until `at_most`."""
    for_: Duration | None = Field(default=None, alias="for")
    """It stays for this long."""
    at_most: Duration = USUAL_CEILING
    """The longest it may stay; never over 1h."""
    irreversible: bool = False
    """`true`: what it destroys may be lost. Faults that can be undone need it not; others are refused without it."""
    settings: Mapping[str, JsonValue] = Field(default_factory=dict)
    """The fault's own keys."""

    @model_validator(mode="after")
    def _ends_one_way(self) -> Self:
        if (self.hold is None) == (self.for_ is None):
            raise ValueError("say how the fault ends: either `hold: until_mitigated` with `at_most`, or `for: 30s`")
        if self.at_most > CEILING:
            raise ValueError("at_most is over the ceiling of 1h")
        if self.at >= CEILING:
            raise ValueError("a drill breaks nothing later than 1h after its steady state; lower `at`")
        if self.for_ and self.for_ > self.at_most:
            raise ValueError("`for` is longer than `at_most`; raise `at_most` or shorten `for`")
        return self

    @property
    def longest(self) -> timedelta:
        """How long the fault may live at most."""
        return self.for_ or self.at_most

    @property
    def ends(self) -> timedelta:
        """When it ends at the latest, counted from the steady state."""
        return self.at + self.waits + self.longest

    @property
    def waits(self) -> timedelta:
        """How long it may wait for what triggers it."""
        return self.when.within if self.when else timedelta(0)


def most_at_once(injections: Sequence[Injection]) -> tuple[Injection, ...]:
    """The largest set of injections that may be in effect at one time."""
    together = [tuple(other for other in injections if other.at <= one.at < other.ends) for one in injections]
    return max(together, key=len, default=())
