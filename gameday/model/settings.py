"""Settings of a workspace: `gameday.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from gameday.model.noun import Noun


class ProbeSettings(Noun):
    """What probes may do. `commands`: programs that a `command` probe may start, as names or absolute paths."""

    commands: tuple[str, ...] = ()
    """Programs that a `command` probe may start: names, or absolute paths."""


class RuleSettings(Noun):
    """Gap rules that are off, each with the reason, which stands in every report."""

    off: Mapping[str, Annotated[str, Field(min_length=3)]] = Field(default_factory=dict)
    """Gap rules that do not speak here, each with the reason, which stands in every report."""


class Settings(Noun):
    """Everything in `gameday.toml`. Every key may be left out."""

    probes: ProbeSettings = ProbeSettings()
    """What probes may do."""
    rules: RuleSettings = RuleSettings()
    """Which gap rules speak."""
