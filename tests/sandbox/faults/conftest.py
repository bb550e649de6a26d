"""Containers of the tests' own, one image each: a fault is put on them, and put back by another process from the ledger alone."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import docker.errors
import pytest

from gameday.environments.compose_project import ComposeProject
from gameday.model.host import Release
from gameday.model.plan import Target
from gameday.model.probe import Reach
from gameday.model.protocols import Fault
from gameday.model.undo import Undo
from gameday.undo.ledger import Ledger
from tests.sandbox.conftest import await_that

IMAGE = "gameday-base:bookworm"
PROJECT = f"gameday-faults-{os.getpid()}"
ALONE = "import sys; from pathlib import Path; from gameday.undo.docker_host import DockerHost; from gameday.undo.ledger import Ledger; from gameday.undo.put_back import put_back; print([r.detail + r.left for r in put_back(Ledger(Path(sys.argv[1])), 'recover', DockerHost())])"
PASSING = {"StartedAt", "FinishedAt", "Pid", "RestartCount", "EndpointID", "SandboxID", "SandboxKey", "LogPath", "ExecIDs", "ExitCode"}
"""What a restart changes by its nature."""


@pytest.fixture(autouse=True)
def all_well_between_tests() -> None:
    """These tests need no sandbox."""


@dataclass
class Tiny(ComposeProject):
    """Containers of one image, and releases in memory."""

    name: str = "tiny"
    address: str = ""
    releases: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> str:
        return PROJECT

    def variables(self) -> dict[str, str]:
        return {}

    def reach(self) -> Reach:
        return Reach()

    def release(self, service: str) -> Release:
        return Release(self.releases[service], self.address)

    def deploy(self, service: str, release: str) -> None:
        self.releases[service] = release


Run = Callable[..., Target]


@pytest.fixture
def tiny() -> Tiny:
    return Tiny()


@pytest.fixture
def run(tiny: Tiny) -> Iterator[Run]:
    """Starts a container and resolves it as a drill would."""
    api: Any = docker.APIClient(version="auto")  # the SDK's types are partial
    made = []

    def start(
        command: str | list[str] | None = "sleep 300", image: str = IMAGE, environment: dict[str, str] | None = None,
        service: str = "", **host: Any,
    ) -> Target:  # fmt: skip
        service = service or f"s{uuid.uuid4().hex[:8]}"
        labels = {"com.docker.compose.project": PROJECT, "com.docker.compose.service": service, "gameday.allow": "tiny"}
        config = api.create_host_config(**host)
        network = host.get("network_mode", "")
        named = api.create_endpoint_config(aliases=[service])
        networking = api.create_networking_config({network: named}) if network.startswith(PROJECT) else None
        container = api.create_container(
            image,
            command,
            labels=labels,
            name=f"{PROJECT}-{service}",
            host_config=config,
            environment=environment,
            networking_config=networking,
        )["Id"]
        made.append(container)
        api.start(container)
        return tiny.target(service)

    yield start
    for container in made:
        with contextlib.suppress(docker.errors.NotFound):
            api.remove_container(container, force=True, v=True)
    api.close()


def lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: lasting(v) for k, v in value.items() if k not in PASSING}
    return [lasting(v) for v in value] if isinstance(value, list) else value


def inspected(target: Target) -> Any:
    found = subprocess.run(["docker", "inspect", target.container], capture_output=True, text=True, check=True).stdout
    return lasting(json.loads(found))


def noted(tmp_path: Path, fault: Fault, tiny: Tiny, target: Target) -> Path:
    """The ledger of a drill that has just written its intent."""
    path = tmp_path / "ledger.jsonl"
    undo: Undo = fault.prepare(tiny, target)
    Ledger(path).intend(fault="f1", name=fault.name, target=target.service, by="worker", undo=undo.model_dump(mode="json"))
    return path


def undone_alone(ledger: Path) -> str:
    done = subprocess.run([sys.executable, "-c", ALONE, str(ledger)], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def broken(tmp_path: Path, fault: Fault, tiny: Tiny, target: Target) -> Path:
    """Injected and seen in effect."""
    ledger = noted(tmp_path, fault, tiny, target)
    fault.inject(tiny, target)
    await_that(lambda: fault.is_live(tiny, target), 5, f"{fault.name} in effect")
    Ledger(ledger).append("armed", fault="f1", by="worker")
    return ledger


def image(part: str) -> str:
    """An image of the sandbox."""
    return f"gameday-sandbox-{part}:{os.environ.get('GAMEDAY_IMAGES', 'local')}"


@pytest.fixture
def network() -> Iterator[str]:
    """A network of a test's own, in which services know each other by name."""
    api = docker.APIClient(version="auto")
    name = f"{PROJECT}-{uuid.uuid4().hex[:8]}"
    api.create_network(name)
    yield name
    api.remove_network(name)
    api.close()
