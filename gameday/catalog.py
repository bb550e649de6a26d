"""The indexes as one value, and what is built from them: faults of injections, probes of definitions, environments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gameday.errors import InvalidInput
from gameday.model.host import Deeds
from gameday.model.injection import Injection
from gameday.model.protocols import Environment, Fault, Probe
from gameday.model.scenario import SANDBOX, Scenario

if TYPE_CHECKING:
    from gameday.environments import DrillEnvironment
    from gameday.model.docker_settings import DockerSettings
    from gameday.model.probe import ProbeDefinition
    from gameday.model.settings import Settings


def fault_of(injection: Injection) -> Fault:
    """The fault that an injection names, with its own fields. The loader has checked both.

    A fault with a field `at_most` ends by itself, even when everybody is dead: it gets the time of its injection.
    """
    from gameday.faults import FAULTS

    kind = FAULTS[injection.fault]
    ends = {"at_most": injection.longest} if "at_most" in getattr(kind, "model_fields", {}) else {}
    return kind(**injection.settings, **ends)


def deeds_of(fault: str) -> Deeds:
    """What Docker tells of a fault and its undo; nothing of one that this version does not know."""
    from gameday.faults import FAULTS

    return FAULTS[fault].deeds if fault in FAULTS else Deeds()


def environment_of(scenario: Scenario, root: Path, docker: DockerSettings | None = None) -> DrillEnvironment:
    """The place that a scenario names: the sandbox, or the one that `docker` describes. The loader has checked the name."""
    if docker is not None:
        from gameday.environments.docker_project import DockerProject

        return DockerProject(root=root, name=scenario.environment, settings=docker)
    from gameday.environments.sandbox import Sandbox

    return Sandbox(root=root, alerting=scenario.sandbox.alerting)


def environment_named(name: str, root: Path, settings: Settings) -> DrillEnvironment:
    """The same by a name alone. Raises InvalidInput where the settings have none of that name."""
    docker = settings.environments.get(name)
    if docker is not None:
        from gameday.environments.docker_project import DockerProject

        return DockerProject(root=root, name=name, settings=docker)
    if name != SANDBOX:
        raise InvalidInput(
            f"no environment {name[:80]!r} in {root / 'gameday.toml'}; there is {', '.join((SANDBOX, *settings.environments))}"
        )
    from gameday.environments.sandbox import Sandbox

    return Sandbox(root=root)


def probe_of(definition: ProbeDefinition, environment: Environment, commands: Sequence[str] = ()) -> Probe:
    """The probe that a definition describes. `commands` are the programs it may start."""
    from gameday.probes import PROBES

    return PROBES[definition.probe](definition, environment.reach().model_copy(update={"commands": tuple(commands)}))
