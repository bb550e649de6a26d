"""Settings of a workspace: `gameday.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from gameday.model.noun import Noun


class ProbeSettings(Noun):
    """What probes may do. `commands`: programs that a `command` probe may start, as names or absolute paths."""

    commands: tuple[str, ...] = ()


class RuleSettings(Noun):
    """Gap rules that are off, each with the reason, which stands in every report."""

    off: Mapping[str, Annotated[str, Field(min_length=3)]] = Field(default_factory=dict)


class LimitSettings(Noun):
    """How much may be broken. `parallel_faults`: how many faults may be in effect at one time."""

    parallel_faults: Annotated[int, Field(ge=1, le=10)] = 1


class Settings(Noun):
    """Everything in `gameday.toml`. Every key may be left out."""

    probes: ProbeSettings = ProbeSettings()
    limits: LimitSettings = LimitSettings()
    rules: RuleSettings = RuleSettings()
