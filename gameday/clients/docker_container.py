"""What the Docker Engine tells of a container: as `docker inspect` shows it, and as `docker events` reports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"


@dataclass(frozen=True)
class Container:
    """A container. `health` is as old as its last check, and empty where it has none."""

    id: str
    name: str
    service: str
    running: bool
    paused: bool
    started_at: str
    restarting: bool = False
    """Between an end and the start that its restart policy will make."""
    restarts_itself: bool = False
    """Whether its restart policy starts it again when it ends by itself."""
    memory_limit: int = 0
    """Bytes; 0 where it has none."""
    health: str = ""
    health_check: tuple[str, ...] = ()
    """The command by which its health is told; empty where it has none."""
    image: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: frozenset[str] = frozenset()
    """Ports of this host that lead to it."""


@dataclass(frozen=True)
class DockerEvent:
    """One line of `docker events` about a container. `action` is its first word; `exec_create: ls` gives exec_create."""

    at: datetime
    action: str
    container: str
    service: str
    nano: int
    raw: Mapping[str, Any]


def read_container(data: Mapping[str, Any], service_label: str) -> Container:
    """From the JSON of `docker inspect`. `service_label` names the service of what Compose did not make; else its name does."""
    state, labels, name = data["State"], data["Config"].get("Labels") or {}, data["Name"].lstrip("/")
    return Container(
        id=data["Id"],
        name=name,
        service=_service(labels, service_label, name),
        image=str(data["Config"].get("Image", "")),
        running=bool(state["Running"]),
        paused=bool(state["Paused"]),
        started_at=str(state["StartedAt"]),
        restarting=bool(state.get("Restarting")),
        restarts_itself=(data.get("HostConfig", {}).get("RestartPolicy") or {}).get("Name", "") not in ("", "no"),
        memory_limit=int(data.get("HostConfig", {}).get("Memory") or 0),
        health=str((state.get("Health") or {}).get("Status", "")),
        health_check=_health_check((data["Config"].get("Healthcheck") or {}).get("Test") or []),
        labels=labels,
        ports=frozenset(str(b["HostPort"]) for bound in _bindings(data) for b in bound or () if b.get("HostPort")),
    )


def read_event(raw: Mapping[str, Any], ahead: float, service_label: str) -> DockerEvent:
    """From the JSON of `docker events`. `ahead`: seconds by which the daemon's clock is ahead of ours."""
    attributes = raw.get("Actor", {}).get("Attributes", {})
    return DockerEvent(
        at=datetime.fromtimestamp(raw["timeNano"] / 1e9 - ahead).astimezone(),
        action=str(raw.get("Action", "")).partition(":")[0],
        container=str(raw.get("Actor", {}).get("ID", "")),
        service=_service(attributes, service_label, str(attributes.get("name", ""))),
        nano=int(raw["timeNano"]),
        raw=raw,
    )


def _service(labels: Mapping[str, str], service_label: str, name: str) -> str:
    return labels.get(SERVICE_LABEL) or labels.get(service_label) or name


def _health_check(test: Sequence[str]) -> tuple[str, ...]:
    """The command in `Healthcheck.Test`, whose first word says how to read the others."""
    match list(test):
        case ["CMD", *command]:
            return tuple(command)
        case ["CMD-SHELL", line]:
            return ("sh", "-c", line)
        case _:
            return ()


def _bindings(data: Mapping[str, Any]) -> list[Any]:
    """Those that were asked for, which a container that does not run has too, and those that the daemon chose."""
    asked, chosen = data.get("HostConfig", {}).get("PortBindings") or {}, data.get("NetworkSettings", {}).get("Ports") or {}
    return [*asked.values(), *chosen.values()]
