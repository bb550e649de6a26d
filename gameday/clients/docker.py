"""The Docker Engine: containers of a Compose project, their state, events and logs."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import docker
from docker import utils
from docker.errors import APIError, DockerException, NotFound
from docker.utils.socket import frames_iter
from requests.exceptions import RequestException

from gameday.errors import Missing, Refused

FIRST_WORD_WITHIN = 10.0
"""Seconds that a helper has to say that it is ready."""
PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
KEPT = ("RestartPolicy", "Memory", "MemorySwap", "NanoCpus", "CpuQuota", "CpuPeriod", "CpuShares", "CpusetCpus", "PidsLimit")
"""Fields of `HostConfig` that `docker update` and faults may change."""
LOCK_LABEL = "gameday.lock"
"""On containers that are never started: they lock a target, and belong to no project."""


@dataclass(frozen=True)
class Container:
    """A container as `docker inspect` tells it. `health` is as old as its last check, and empty where it has none."""

    id: str
    name: str
    service: str
    running: bool
    paused: bool
    started_at: str
    restarting: bool = False
    """Between an end and the start that its restart policy will make."""
    memory_limit: int = 0
    """Bytes; 0 where it has none."""
    health: str = ""
    health_check: tuple[str, ...] = ()
    """The command by which its health is told; empty where it has none."""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DockerEvent:
    """One line of `docker events` about a container. `action` is its first word; `exec_create: ls` gives exec_create."""

    at: datetime
    action: str
    container: str
    service: str
    nano: int
    raw: Mapping[str, Any]


class Docker:
    """A connection to one daemon. One per thread: the SDK's session is not shared safely."""

    def __init__(self, timeout: int = 10) -> None:
        _must_be_local(os.environ.get("DOCKER_HOST", ""))
        self._api: Any  # the SDK's types are partial and in places wrong (fractions of a second, for one)
        try:
            self._api = docker.APIClient(**utils.kwargs_from_env(), version="auto", timeout=timeout)
        except (DockerException, RequestException) as error:
            raise Missing(
                "no Docker daemon answers; start it (`sudo systemctl start docker`), have it installed (`bash setup/docker.sh`, on Debian and"
                " Ubuntu), or set DOCKER_HOST"
            ) from error

    def version(self) -> str:
        """The server's version."""
        return str(self._api.version()["Version"])

    def close(self) -> None:
        self._api.close()

    def containers(self, project: str) -> list[Container]:
        """Every container of a project, running or not, by service and number."""
        with _clear_errors():
            found = self._api.containers(all=True, filters={"label": f"{PROJECT_LABEL}={project}"})
        containers = []
        for entry in found:
            if LOCK_LABEL in entry["Labels"]:
                continue
            try:
                containers.append(self.inspect(entry["Id"]))
            except NotFound:
                continue  # removed since it was listed
        return sorted(containers, key=lambda c: (c.service, c.name))

    def inspect(self, container: str) -> Container:
        """Raises docker.errors.NotFound where it does not exist."""
        data = self._api.inspect_container(container)
        state, labels = data["State"], data["Config"].get("Labels") or {}
        return Container(
            id=data["Id"],
            name=data["Name"].lstrip("/"),
            service=labels.get(SERVICE_LABEL, ""),
            running=bool(state["Running"]),
            paused=bool(state["Paused"]),
            started_at=str(state["StartedAt"]),
            restarting=bool(state.get("Restarting")),
            memory_limit=int(data.get("HostConfig", {}).get("Memory") or 0),
            health=str((state.get("Health") or {}).get("Status", "")),
            health_check=_health_check((data["Config"].get("Healthcheck") or {}).get("Test") or []),
            labels=labels,
        )

    def snapshot(self, container: str) -> Mapping[str, str]:
        """What stays as it is through a restart: running, limits, restart policy, networks with their names. Raises NotFound."""
        data = self._api.inspect_container(container)
        state, limits, short = data["State"], data["HostConfig"], data["Id"][:12]
        found = {"running": str(state["Running"]).lower(), "paused": str(state["Paused"]).lower()}
        found |= {key: str(limits.get(key)) for key in KEPT}
        for name, network in data["NetworkSettings"]["Networks"].items():
            aliases = sorted({a for a in network.get("Aliases") or [] if a != short})
            fixed = (network.get("IPAMConfig") or {}).get("IPv4Address", "")
            found[f"network {name}"] = " ".join([*aliases, *([fixed] if fixed else [])])
        return found

    def pause(self, container: str) -> None:
        self._api.pause(container)

    def kill(self, container: str, signal: str = "SIGKILL") -> None:
        self._api.kill(container, signal)

    def stop(self, container: str, grace: int) -> None:
        """SIGTERM, and SIGKILL after `grace` seconds."""
        self._api.stop(container, timeout=grace)

    def run(self, container: str, command: Sequence[str]) -> tuple[int, str]:
        """Run a short command inside, to its end: its exit code, and both its streams as one text."""
        made = self._api.exec_create(container, list(command))["Id"]
        said = self._api.exec_start(made).decode("utf-8", "replace")
        return int(self._api.exec_inspect(made)["ExitCode"] or 0), said

    def start_inside(self, container: str, command: Sequence[str]) -> None:
        """Start a command inside, and leave it running."""
        self._api.exec_start(self._api.exec_create(container, list(command))["Id"], detach=True)

    def process_numbers(self, container: str) -> list[int]:
        """The container's processes as the daemon's host numbers them, the main one first."""
        rows = self._api.top(container, ps_args="-eo pid")["Processes"]
        main = int(self._api.inspect_container(container)["State"]["Pid"])
        return [main, *(int(row[0]) for row in rows if int(row[0]) != main)]

    def events(self, project: str, since: float, until: float) -> list[DockerEvent]:
        """Container events between two moments (Unix seconds). The daemon keeps 256, so ask often."""
        stream = self._api.events(
            since=f"{since:.9f}", until=f"{until:.9f}", decode=True,
            filters={"type": "container", "label": f"{PROJECT_LABEL}={project}"},
        )  # fmt: skip
        found = []
        for raw in stream:
            attributes = raw.get("Actor", {}).get("Attributes", {})
            found.append(
                DockerEvent(
                    at=datetime.fromtimestamp(raw["timeNano"] / 1e9).astimezone(),
                    action=str(raw.get("Action", "")).partition(":")[0],
                    container=str(raw.get("Actor", {}).get("ID", "")),
                    service=str(attributes.get(SERVICE_LABEL, "")),
                    nano=int(raw["timeNano"]),
                    raw=raw,
                )
            )
        return found

    def log_lines(self, container: str, since: float) -> list[tuple[str, str]]:
        """Lines of standard output since a moment (Unix seconds): Docker's own time stamp, and the text."""
        data = self._api.logs(container, stdout=True, stderr=False, timestamps=True, since=int(since))
        lines = data.decode("utf-8", "replace").splitlines()
        return [(stamp, text) for stamp, _, text in (line.partition(" ") for line in lines)]

    def addresses(self, container: str) -> tuple[str, ...]:
        """Its addresses on all of its networks."""
        networks = self._api.inspect_container(container)["NetworkSettings"]["Networks"].values()
        return tuple(a for n in networks for a in (n.get("IPAddress"), n.get("GlobalIPv6Address")) if a)

    def start_beside(self, container: str, name: str, image: str, command: list[str], labels: Mapping[str, str]) -> str:
        """Start a helper in a container's network namespace. Returns the first line that it says, or all of it if it ended."""
        limits = self._helper_limits(f"container:{container}")
        try:
            helper = self._api.create_container(image, command, name=name, host_config=limits, labels=dict(labels))["Id"]
        except APIError as error:
            if error.status_code != 409 or not self._remove_ended(name):
                raise
            helper = self._api.create_container(image, command, name=name, host_config=limits, labels=dict(labels))["Id"]
        self._api.start(helper)
        # Asked again and again, since the SDK leaves the connection of a log that is followed open.
        deadline, running = time.monotonic() + FIRST_WORD_WITHIN, True
        while running and time.monotonic() < deadline:
            running = bool(self._api.inspect_container(helper)["State"]["Running"])
            if b"\n" in (said := self._api.logs(helper)):
                return str(said.decode("utf-8", "replace").strip())
            time.sleep(0.005)
        return ""

    def _remove_ended(self, name: str) -> bool:
        """Remove a helper that ended, and that nobody took away: its fault is over. Says whether it was one."""
        with suppress(NotFound):
            if self._api.inspect_container(name)["State"]["Status"] not in ("exited", "dead"):
                return False
            self._api.remove_container(name, v=True)
        return True

    def run_alone(self, image: str, command: list[str], labels: Mapping[str, str]) -> tuple[int, str]:
        """Run a command to its end in a namespace without a network: exit code, and what it said."""
        helper = self._api.create_container(image, command, host_config=self._helper_limits("none"), labels=dict(labels))["Id"]
        try:
            self._api.start(helper)
            code = self._api.wait(helper)["StatusCode"]
            return int(code), self._api.logs(helper).decode("utf-8", "replace").strip()
        finally:
            self._api.remove_container(helper, force=True, v=True)

    def ask(self, container: str, command: list[str]) -> str:
        """What a command says inside a container; empty where it does not run, or where the command fails."""
        try:
            started = self._api.exec_create(container, command, stderr=False)["Id"]
            said = self._said(self._api.exec_start(started, socket=True))
        except APIError:
            return ""
        return "" if self._api.exec_inspect(started)["ExitCode"] else said.strip()

    @staticmethod
    def _said(stream: Any) -> str:
        """All of an exec's output. The connection was taken over from HTTP: nobody but us closes it."""
        try:
            parts = [part for _, part in frames_iter(stream, tty=False)]  # type: ignore[no-untyped-call]  # the SDK has no types here
        finally:
            stream._response.close()
            stream.close()
        return b"".join(parts).decode("utf-8", "replace")

    def _helper_limits(self, network: str) -> Any:
        """A helper may change its network namespace, and nothing else."""
        return self._api.create_host_config(
            network_mode=network, cap_drop=["ALL"], cap_add=["NET_ADMIN"], read_only=True, security_opt=["no-new-privileges"],
            pids_limit=16, mem_limit="128m", log_config={"type": "json-file", "config": {"max-size": "1m"}},
        )  # fmt: skip

    def server_version(self) -> str:
        return str(self._api.version().get("Version", "?"))

    def has_image(self, name: str) -> bool:
        try:
            self._api.inspect_image(name)
        except NotFound:
            return False
        return True


def _health_check(test: Sequence[str]) -> tuple[str, ...]:
    """The command in `Healthcheck.Test`, whose first word says how to read the others."""
    match list(test):
        case ["CMD", *command]:
            return tuple(command)
        case ["CMD-SHELL", line]:
            return ("sh", "-c", line)
        case _:
            return ()


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except (APIError, RequestException) as error:
        raise Missing(f"the Docker daemon answered with an error: {error}") from error


def _must_be_local(host: str) -> None:
    """Raises Refused where DOCKER_HOST leads to another machine: drills break what runs here and nothing else."""
    local = host == "" or host.startswith("unix://") or re.fullmatch(r"tcp://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?/?", host)
    if not local:
        scheme = host.partition("://")[0]
        raise Refused(f"DOCKER_HOST leads to another machine ({scheme}://…); drills act on this host's Docker only: unset DOCKER_HOST")
