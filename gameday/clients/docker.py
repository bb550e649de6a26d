"""The Docker Engine: containers of a Compose project, their state, events and logs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from typing import Any

from docker.errors import APIError, DockerException, NotFound
from docker.utils.socket import frames_iter
from requests.exceptions import RequestException

from gameday import time_of_day
from gameday.clients.docker_container import Container, DockerEvent, read_container, read_event
from gameday.daemon import Daemon, surrounding_daemon
from gameday.errors import Missing, Refused

FIRST_WORD_WITHIN = 10.0
"""Seconds that a helper has to say that it is ready."""
MOST_LINES = 20_000
"""Lines of a log that are read at once, the newest: after its clock was set back, a daemon finds hours since any moment."""
KEPT = ("RestartPolicy", "Memory", "MemorySwap", "NanoCpus", "CpuQuota", "CpuPeriod", "CpuShares", "CpusetCpus", "PidsLimit")
"""Fields of `HostConfig` that `docker update` and faults may change."""
LOCK_LABEL = "gameday.lock"
"""On containers that are never started: they lock a target, and belong to no project."""


class Docker:
    """A connection to one daemon. One per thread: the SDK's session is not shared safely."""

    def __init__(self, daemon: Daemon | None = None, timeout: int = 10, service_label: str = "gameday.service") -> None:
        """To this host's daemon where none is given: then a DOCKER_HOST that leads elsewhere is refused.

        `service_label` names the service of a container that Compose did not make; without it, its own name does.
        """
        self.daemon, self._service_label = daemon or here(), service_label
        try:
            # Any: the SDK's types are partial and in places wrong (fractions of a second, for one).
            self._api: Any = self.daemon.connect(timeout)
        except (DockerException, RequestException, OSError) as error:
            raise Missing(_why_not(self.daemon, error)) from error

    @property
    def ahead(self) -> float:
        """Seconds by which the daemon's clock is ahead of a drill's; on this host, what the wall clock was set by since it began."""
        return time_of_day.set_by() if self.daemon.is_local else self._other_host_ahead

    @cached_property
    def _other_host_ahead(self) -> float:
        before = time_of_day.now().timestamp()
        said = datetime.fromisoformat(str(self._api.info()["SystemTime"]))
        return said.timestamp() - (before + time_of_day.now().timestamp()) / 2

    def host_labels(self) -> Mapping[str, str]:
        """Labels of the daemon itself."""
        with _clear_errors():
            found = self._api.info().get("Labels") or []
        return {name: value for name, _, value in (str(label).partition("=") for label in found)}

    def version(self) -> str:
        """The server's version."""
        return str(self._api.version()["Version"])

    def close(self) -> None:
        self._api.close()

    def containers(self, labels: Sequence[str]) -> list[Container]:
        """Every container that has all these labels (`name=value`), running or not, by service and number."""
        with _clear_errors():
            found = self._api.containers(all=True, filters={"label": list(labels)})
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
        return read_container(self._api.inspect_container(container), self._service_label)

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

    def run(self, container: str, command: Sequence[str], user: str = "") -> tuple[int, str]:
        """Run a short command inside, to its end: its exit code, and both its streams as one text."""
        made = self._api.exec_create(container, list(command), user=user)["Id"]
        said = self._api.exec_start(made).decode("utf-8", "replace")
        return int(self._api.exec_inspect(made)["ExitCode"] or 0), said

    def start_inside(self, container: str, command: Sequence[str]) -> None:
        """Start a command inside, and leave it running."""
        self._api.exec_start(self._api.exec_create(container, list(command))["Id"], detach=True)

    def folder_behind(self, container: str, path: str) -> str:
        """The folder of the daemon's host in which a path of a container lies; empty where it lies in memory or cannot be told."""
        data = self._api.inspect_container(container)
        places = {"/": (data.get("GraphDriver") or {}).get("Data", {}).get("UpperDir", "")}
        places |= {mount["Destination"]: mount.get("Source", "") for mount in data.get("Mounts") or []}
        places |= dict.fromkeys((data["HostConfig"].get("Tmpfs") or {}), "")
        holding = [place for place in places if f"{path.rstrip('/')}/".startswith(f"{place.rstrip('/')}/")]
        return str(places[max(holding, key=len)])

    def process_numbers(self, container: str) -> list[int]:
        """The container's processes as the daemon's host numbers them, the main one first."""
        rows = self._api.top(container, ps_args="-eo pid")["Processes"] or ()  # Docker's word for none yet is null
        main = int(self._api.inspect_container(container)["State"]["Pid"])
        return [main, *(int(row[0]) for row in rows if int(row[0]) != main)]

    def events(self, labels: Sequence[str], since: float, until: float) -> list[DockerEvent]:
        """Container events between two moments (Unix seconds of the daemon's clock). The daemon keeps 256, so ask often."""
        stream = self._api.events(
            since=f"{since:.9f}", until=f"{until:.9f}", decode=True, filters={"type": "container", "label": list(labels)}
        )
        ahead = self.ahead
        return [read_event(raw, ahead, self._service_label) for raw in stream]

    def log_lines(self, container: str, since: float) -> list[tuple[str, str]]:
        """Lines of standard output since a moment (Unix seconds of the daemon's clock): its own time stamp, and the text."""
        data = self._api.logs(container, stdout=True, stderr=False, timestamps=True, since=int(since), tail=MOST_LINES)
        lines = data.decode("utf-8", "replace").splitlines()
        return [(stamp, text) for stamp, _, text in (line.partition(" ") for line in lines)]

    def addresses(self, container: str) -> tuple[str, ...]:
        """Its addresses on all of its networks."""
        networks = self._api.inspect_container(container)["NetworkSettings"]["Networks"].values()
        return tuple(a for n in networks for a in (n.get("IPAddress"), n.get("GlobalIPv6Address")) if a)

    def gateways(self, container: str) -> tuple[str, ...]:
        """The host's own addresses on all of its networks."""
        networks = self._api.inspect_container(container)["NetworkSettings"]["Networks"].values()
        return tuple(a for n in networks for a in (n.get("Gateway"), n.get("IPv6Gateway")) if a)

    def start_beside(
        self, container: str, name: str, image: str, command: list[str], labels: Mapping[str, str], capabilities: Sequence[str]
    ) -> str:
        """Start a helper in a container's network namespace. Returns the first line that it says, or all of it if it ended."""
        limits = self._helper_limits(f"container:{container}", capabilities)
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

    def _helper_limits(self, network: str, capabilities: Sequence[str] = ("NET_ADMIN",)) -> Any:
        """A helper may change its network namespace, and nothing else."""
        return self._api.create_host_config(
            network_mode=network, cap_drop=["ALL"], cap_add=list(capabilities), read_only=True, security_opt=["no-new-privileges"],
            pids_limit=16, mem_limit="128m", log_config={"type": "json-file", "config": {"max-size": "1m"}},
        )  # fmt: skip

    def has_image(self, name: str) -> bool:
        try:
            self._api.inspect_image(name)
        except NotFound:
            return False
        return True


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except (APIError, RequestException) as error:
        raise Missing(f"the Docker daemon answered with an error: {error}") from error


def here() -> Daemon:
    """This host's daemon. Raises Refused where DOCKER_HOST leads to another machine."""
    daemon = surrounding_daemon()
    if not daemon.is_local:
        scheme = daemon.host.partition("://")[0]
        raise Refused(
            f"DOCKER_HOST leads to another machine ({scheme}://…), which is not listed for this environment; unset DOCKER_HOST, "
            "or name the machine under `docker` of an environment in gameday.toml"
        )
    return daemon


def _why_not(daemon: Daemon, error: Exception) -> str:
    if daemon.is_local:
        return (
            "no Docker daemon answers; start it (`sudo systemctl start docker`), have it installed (`bash setup/docker.sh`, on Debian and"
            " Ubuntu), or set DOCKER_HOST"
        )
    return f"the Docker daemon at {daemon.host} does not answer ({error}); try `{daemon.command} version`"
