"""A Plan: a scenario made concrete for one drill: which containers, which undo, which limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from gameday.model.noun import Noun
from gameday.model.runbook import Runbook
from gameday.model.scenario import Scenario
from gameday.model.services import Services
from gameday.model.settings import DockerSettings
from gameday.model.undo import Undo

SOURCES = ("canary", "prometheus", "alertmanager", "pager", "ops", "docker", "gateway", "shell", "words", "probe")
"""Everything that can be read: what the sandbox has."""
Responders = Literal["human", "scripted", "none"]


class Target(Noun):
    """A container that a fault acts on, frozen when the plan was made."""

    service: str
    container: str
    name: str
    project: str
    started_at: str = ""
    """When its main process was started, as Docker writes it: the same container may be another one after a restart."""

    def marker(self, fault: str) -> str:
        """What a fault leaves inside carries this, so that its undo finds exactly that."""
        return f"{fault}.{self.container[:12]}"


class PlannedFault(Noun):
    """One injection with its target and the undo that was read for it."""

    id: str
    fault: str
    target: Target
    undo: Undo
    starts_after_seconds: float
    lives_at_most_seconds: float


class Plan(Noun):
    """Everything a drill was going to do. `hash` covers scenario, targets, undo and limits."""

    apiVersion: Literal["gameday/v1"] = "gameday/v1"  # noqa: N815  # the field's name in the contract
    kind: Literal["Plan"] = "Plan"
    drill: str
    name: str
    """The scenario file's name without its ending."""
    scenario: Scenario
    services: Services = Services()
    runbook: Runbook | None = None
    responders: Responders = "human"
    no_fault: bool = False
    """A control run: everything but the fault."""
    faults: tuple[PlannedFault, ...] = ()
    sources: tuple[str, ...] = SOURCES
    """What this environment lets a drill read. What is not read here can prove nothing, and blinds nobody."""
    docker: DockerSettings | None = None
    """The environment's settings, without secrets; None for the sandbox."""
    allowed_commands: tuple[str, ...] = ()
    """Programs that `command` probes may start, from `gameday.toml`."""
    rules_off: Mapping[str, str] = Field(default_factory=dict)
    """Gap rules that the team turned off, and why, from `gameday.toml`."""
    hash: str = ""
