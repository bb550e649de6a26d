"""A Claim: a slot that one server took, and the Errand that an agent runs for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import Field

from gameday.model.noun import Noun
from gameday.model.schedule import IfMissed
from gameday.model.slot import Moment


class Errand(Noun):
    """Everything that running a slot needs. It names a scenario of the workspace and never holds a command."""

    schedule: str
    moment: Moment
    ends: Moment
    """Until when its people are kept."""
    start_by: Moment | None = None
    """Later than this it counts as missed; None where it is caught up, however late."""
    title: str = ""
    scenario: str
    service: str = ""
    faults: tuple[str, ...] = ()
    roster: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    if_missed: IfMissed = "skip"
    """What becomes of it if it cannot begin in time."""
    responders: str = "human"
    variables: Mapping[str, str | int | float | bool] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """The slot's."""
        return f"{self.schedule}@{self.moment:%Y-%m-%dT%H:%M:%SZ}"

    def is_late(self, now: datetime) -> bool:
        return self.start_by is not None and now > self.start_by


class Claim(Noun):
    """A slot that was taken. Whoever changes it has to show the `fence`, which goes up with each owner.

    `waiting`: somebody has to say · `claimed`: a server took it for the agents of `host` · `running`: `agent` starts or runs `drill` for it ·
    all others: settled, nobody changes it any more.
    """

    errand: Errand
    state: str
    fence: int
    host: str = ""
    """Where it is to run: an agent of this host takes it."""
    server: str = ""
    agent: str = ""
    drill: str = ""
    """The id that the drill has, or will have. Known before it begins, so that it is found whatever dies."""
    why: str = ""


EventKind = Literal[
    "claimed", "taken", "adopted", "moved", "silent", "ran", "missed", "withheld", "waiting", "answered", "cancelled", "restarted"
]


class SlotEvent(NamedTuple):
    """One thing that happened to a slot, in the order of the store."""

    seq: int
    schedule: str
    moment: datetime
    at: datetime
    kind: str
    who: str
    why: str


class AgentBeat(NamedTuple):
    """A sign of life: the number goes up. Clocks of hosts may differ, so nobody compares times."""

    agent: str
    host: str
    beat: int
