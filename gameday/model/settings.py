"""Settings of a workspace: `gameday.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from gameday.model.docker_settings import DockerSettings
from gameday.model.noun import Noun
from gameday.model.production import ProductionSettings
from gameday.model.scenario import SANDBOX


class ProbeSettings(Noun):
    """What probes may do. `commands`: programs that a `command` probe may start, as names or absolute paths."""

    commands: tuple[str, ...] = ()
    """Programs that a `command` probe may start: names, or absolute paths."""


class RuleSettings(Noun):
    """Gap rules that are off, each with the reason, which stands in every report."""

    off: Mapping[str, Annotated[str, Field(min_length=3)]] = Field(default_factory=dict)
    """Gap rules that do not speak here, each with the reason, which stands in every report."""


def _free_name(name: str) -> str:
    if name == SANDBOX:
        raise ValueError(f'an environment cannot be called "{name}", which is the sandbox that every workspace has')
    return name


EnvironmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$"), AfterValidator(_free_name)]


class LimitSettings(Noun):
    """How much may be broken."""

    parallel_faults: Annotated[int, Field(ge=1, le=10)] = 1
    """How many faults may be in effect at one time."""


class Settings(Noun):
    """Everything in `gameday.toml`. Every key may be left out."""

    probes: ProbeSettings = ProbeSettings()
    """What probes may do."""
    limits: LimitSettings = LimitSettings()
    """How much may be broken at one time."""
    rules: RuleSettings = RuleSettings()
    """Which gap rules speak."""
    environments: Mapping[EnvironmentName, DockerSettings] = Field(default_factory=dict)
    """Environments beside `sandbox`, by the name that scenarios and the label `gameday.allow` use."""
    production: ProductionSettings = ProductionSettings()
    """What counts as production, and is refused."""
