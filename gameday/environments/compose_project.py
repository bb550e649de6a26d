"""The containers of one Compose project on this host: which there are, which may be touched, what can be done to them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from gameday.errors import InvalidInput, Missing, Refused
from gameday.model.host import CpuQuota, HostProcess, Ran, Release

if TYPE_CHECKING:
    # Loaded where they are used: `check` asks an environment for its variables only, and must be quick.
    from gameday.clients.docker import Container, Docker
    from gameday.model.plan import Target
    from gameday.model.sidecar import Mandate, Sidecar

ALLOW_LABEL = "gameday.allow"
STOP_GRACE = 5
"""Seconds that a container has to end before it is killed."""
NO_PROGRAM = ("executable file not found", "no such file or directory")
SIDECAR_SLACK = 30.0
"""Seconds after a fault's longest time at which its sidecar ends by itself, should nobody be left to end it."""


class ComposeProject:
    """What every environment of containers shares. `name` is the environment's, which the opt-in label must equal."""

    name: str

    @property
    def project(self) -> str:
        """The Compose project's name."""
        raise NotImplementedError

    @cached_property
    def docker(self) -> Docker:
        from gameday.clients.docker import Docker

        return Docker()

    def containers(self) -> list[Container]:
        return self.docker.containers(self.project)

    def target(self, service: str) -> Target:
        """The one container of a service. Refuses what did not opt in; never picks one of several."""
        from gameday.model.plan import Target

        containers = [c for c in self.containers() if c.service == service and c.running]
        if not containers:
            names = sorted({c.service for c in self.containers()})
            raise InvalidInput(f"no running container of a service {service!r} in {self.project}; there is {', '.join(names)}")
        for container in containers:
            allowed = container.labels.get(ALLOW_LABEL)
            if allowed != self.name:
                raise Refused(
                    f'{container.name} has no label {ALLOW_LABEL}={self.name}; add `labels: {{{ALLOW_LABEL}: "{self.name}"}}`'
                    f" to the service {service} in its Compose file if it may be broken"
                )
        chosen = containers[0]
        return Target(service=service, container=chosen.id, name=chosen.name, project=self.project, started_at=chosen.started_at)

    def is_well(self, container: Container) -> bool:
        """Whether it runs and its health check passes. Asked now where Docker's last word, which may be old, is not good."""
        from docker.errors import APIError

        if not container.running or container.paused:
            return False
        if container.health in ("", "healthy") or not container.health_check:
            return container.health in ("", "healthy")
        try:
            return self.docker.run(container.id, container.health_check)[0] == 0
        except APIError:  # it stopped since it was listed
            return False

    def snapshot(self, target: Target) -> Mapping[str, str]:
        from docker.errors import NotFound

        try:
            return self.docker.snapshot(target.container)
        except NotFound:
            return {}

    def state(self, target: Target) -> Mapping[str, str]:
        from docker.errors import NotFound

        try:
            now = self.docker.inspect(target.container)
        except NotFound:
            return {"started_at": "", "paused": "false", "running": "false", "gone": "true"}
        return {
            "started_at": now.started_at,
            "paused": str(now.paused).lower(),
            "running": str(now.running).lower(),
            "restarting": str(now.restarting).lower(),
            "memory_limit": str(now.memory_limit),
        }

    def act(self, target: Target, verb: str) -> None:
        """`pause`, `kill` or `stop`. Raises RuntimeError where Docker says no."""
        from docker.errors import APIError

        try:
            match verb:
                case "pause":
                    self.docker.pause(target.container)
                case "kill":
                    self.docker.kill(target.container)
                case "stop":
                    self.docker.stop(target.container, STOP_GRACE)
                case _:
                    raise ValueError(f"no verb {verb!r}")
        except APIError as error:
            raise RuntimeError(f"docker {verb} {target.name}: {error.explanation or error}") from error

    # --- inside and beneath a container -------------------------------------------------------------------------

    def run(self, target: Target, *command: str) -> Ran:
        from docker.errors import APIError

        try:
            ran = Ran(*self.docker.run(target.container, command))
        except APIError as error:
            ran = Ran(127, str(error.explanation or error))
        # Docker gives no other sign of it than its words, and those only sometimes with code 126 or 127.
        if ran.code in (126, 127) and any(words in ran.output for words in NO_PROGRAM):
            raise Missing(f"{target.name} has no program {command[0]!r}, which this fault needs inside its target")
        return ran

    def start(self, target: Target, script: str, marker: str) -> None:
        from docker.errors import APIError

        from gameday.undo.marker import marked

        try:
            self.docker.start_inside(target.container, marked(script, marker))
        except APIError as error:
            raise RuntimeError(f"docker exec {target.name}: {error.explanation or error}") from error

    def marked(self, target: Target, marker: str) -> int:
        from gameday.undo.marker import counting

        ran = self.run(target, *counting(marker))
        if ran.code or not ran.output.strip().isdecimal():
            raise RuntimeError(f"processes inside {target.name} cannot be counted: {ran.output[-200:]}")
        return int(ran.output)

    def processes(self, target: Target) -> tuple[HostProcess, ...]:
        from docker.errors import APIError

        try:
            numbers = self.docker.process_numbers(target.container)
        except APIError as error:
            raise Missing(f"the processes of {target.name} cannot be listed: {error.explanation or error}") from error
        from gameday.environments import host_side

        return host_side.processes(target.container, target.name, numbers)

    def signal(self, target: Target, processes: tuple[HostProcess, ...], number: int) -> None:
        from gameday.undo.processes import send_signal

        for process in processes:
            send_signal(process.pid, process.ticks, number)

    def cpu_quota(self, target: Target) -> CpuQuota:
        from gameday.environments import host_side

        return host_side.cpu_quota(self.processes(target)[0], target.name)

    def set_cpu_quota(self, target: Target, cpus: float) -> None:
        from gameday.environments import host_side

        quota = self.cpu_quota(target)
        Path(quota.path).write_text(host_side.limited(quota, cpus))

    def file_limit(self, target: Target) -> int:
        from gameday.environments import host_side

        return host_side.file_limit(self.processes(target)[0])

    def set_file_limit(self, target: Target, limit: int) -> None:
        from gameday.environments import host_side

        host_side.set_file_limit(self.processes(target), limit)

    def release(self, service: str) -> Release:
        """Overridden where there is something that holds releases."""
        raise Refused(
            f"the environment {self.name} has no releases; bad_deploy needs one that can be told which release of {service} to run"
        )

    def deploy(self, service: str, release: str) -> None:
        self.release(service)

    # What network faults need: a helper beside the target, in its network namespace.

    mandate: Mandate | None = None

    def under(self, mandate: Mandate) -> Self:
        bound = copy.copy(self)
        bound.mandate = mandate
        return bound

    @property
    def network_image(self) -> str:
        from gameday.environments.network_abilities import network_image

        return network_image()

    @cached_property
    def network_abilities(self) -> Mapping[str, str]:
        from gameday.environments.network_abilities import network_abilities

        return network_abilities(self.docker)

    def recall(self, abilities: Mapping[str, str]) -> None:
        self.__dict__["network_abilities"] = abilities

    def addresses(self, service: str) -> tuple[str, ...]:
        found = [c for c in self.containers() if c.service == service and c.running]
        addresses = tuple(address for container in found for address in self.docker.addresses(container.id))
        if not addresses:
            raise InvalidInput(f"peer {service!r}: no running container of such a service in {self.project} has an address")
        return addresses

    def start_sidecar(self, target: Target, sidecar: Sidecar) -> None:
        from docker.errors import APIError, NotFound

        from gameday.model.sidecar import Mandate
        from gameday.undo.owner import owner_labels

        mandate = self.mandate or Mandate()
        seconds = mandate.at_most.total_seconds() + SIDECAR_SLACK
        command = ["hold", "--key", sidecar.key, "--queue", str(sidecar.queue), "--back-end", sidecar.back_end, "--seconds", f"{seconds:g}"]
        labels = {"gameday.run": mandate.drill, "gameday.fault": mandate.fault, "gameday.target": target.container, **owner_labels(seconds)}
        try:
            said = self.docker.start_beside(target.container, sidecar.name, self.network_image, [*command, *sidecar.order], labels)
        except NotFound as missing:
            raise RuntimeError(f"{self.network_image} or {target.name} is gone: {missing.explanation or missing}") from missing
        except APIError as error:
            raise RuntimeError(f"the sidecar of {target.name} does not start: {error.explanation or error}") from error
        if not said.startswith("armed"):
            raise RuntimeError(f"{sidecar.back_end} beside {target.name}: {said or 'ended without a word'}")

    def ask_sidecar(self, name: str, words: tuple[str, ...]) -> str:
        return self.docker.ask(name, ["python3", "/engine/engine.py", *words])
