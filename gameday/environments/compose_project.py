"""The containers of one project on one Docker host: which there are, which may be touched, what can be done to them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from gameday.environments.untouchable import nobody, refuse_untouchable
from gameday.errors import InvalidInput, Missing, Refused
from gameday.model.host import CpuQuota, DiskLimit, HostProcess, Ran, Release

if TYPE_CHECKING:
    # Loaded where they are used: `check` asks an environment for its variables only, and must be quick.
    from gameday.clients.docker import Docker
    from gameday.clients.docker_container import Container
    from gameday.clients.http import Endpoint
    from gameday.daemon import Daemon
    from gameday.model.plan import Target
    from gameday.model.sidecar import Mandate, Sidecar

STOP_GRACE = 5
"""Seconds that a container has to end before it is killed."""
NO_PROGRAM = ("executable file not found", "no such file or directory")


class ComposeProject:
    """What every environment of containers shares. `name` is the environment's, which the opt-in label must equal."""

    name: str

    @property
    def project(self) -> str:
        """The Compose project's name."""
        raise NotImplementedError

    @property
    def labels(self) -> tuple[str, ...]:
        from gameday.clients.docker_container import PROJECT_LABEL

        return (f"{PROJECT_LABEL}={self.project}",)

    @cached_property
    def daemon(self) -> Daemon:
        """This host's. Raises Refused where DOCKER_HOST, or the Docker context in use, leads elsewhere."""
        from gameday.environments.docker_daemon import local_daemon

        return local_daemon(self.name)

    def connection(self) -> Docker:
        from gameday.clients.docker import Docker

        return Docker(self.daemon)

    @cached_property
    def docker(self) -> Docker:
        return self.connection()

    def containers(self) -> list[Container]:
        return self.docker.containers(self.labels)

    def host_labels(self) -> Mapping[str, str]:
        return self.docker.host_labels()

    @property
    def prometheus(self) -> Endpoint | None:
        """Where alerts and metrics are read; None where there is none."""
        return None

    @property
    def alertmanager(self) -> Endpoint | None:
        return None

    @property
    def monitoring(self) -> frozenset[str]:
        """The services behind the addresses at which a drill reads its Prometheus and its Alertmanager."""
        read = {str(urlsplit(server.url).port) for server in (self.prometheus, self.alertmanager) if server}
        return frozenset(c.service for c in self.containers() if c.ports & read)

    def target(self, service: str) -> Target:
        """The one container of a service. Refuses what did not opt in; never picks one of several."""
        from gameday.model.plan import Target

        there = self.containers()
        containers = [c for c in there if c.service == service and c.running]
        if not containers:
            raise InvalidInput(nobody(service, there, self.project))
        for container in containers:
            refuse_untouchable(container, self.name)
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
        """`pause`, `kill` or `stop`, or one of the signals that mean "reload". Raises RuntimeError where Docker says no."""
        from docker.errors import APIError

        try:
            match verb:
                case "pause":
                    self.docker.pause(target.container)
                case "kill":
                    self.docker.kill(target.container)
                case "stop":
                    self.docker.stop(target.container, STOP_GRACE)
                case "HUP" | "USR1" | "USR2":
                    self.docker.kill(target.container, f"SIG{verb}")
                case _:
                    raise ValueError(f"no verb {verb!r}")
        except APIError as error:
            raise RuntimeError(f"docker {verb} {target.name}: {error.explanation or error}") from error

    # --- inside and beneath a container -------------------------------------------------------------------------

    def run(self, target: Target, *command: str, user: str = "") -> Ran:
        from docker.errors import APIError

        try:
            ran = Ran(*self.docker.run(target.container, command, user))
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

        if not self.daemon.is_local:
            raise Missing(
                f"root on the kernel that runs {target.name} is needed, which is the one of {self.daemon.host}; run gameday there, or "
                "choose a fault that acts through Docker"
            )

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

    def disk_limit(self, target: Target, path: str) -> DiskLimit:
        from gameday.environments import host_disk

        return host_disk.limit(self.processes(target)[0], target.name, path, self.docker.folder_behind(target.container, path))

    def set_disk_limit(self, target: Target, limit: DiskLimit) -> None:
        from gameday.environments import host_disk

        host_disk.set_limit(limit)

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

    def host_addresses(self, target: Target) -> tuple[str, ...]:
        return self.docker.gateways(target.container)

    def start_sidecar(self, target: Target, sidecar: Sidecar) -> None:
        from gameday.environments.beside import start_sidecar

        start_sidecar(self.docker, self.network_image, target, sidecar, self.mandate)

    def ask_sidecar(self, name: str, words: tuple[str, ...]) -> str:
        return self.docker.ask(name, ["python3", "/engine/engine.py", *words])
