"""The few Docker calls that undoing needs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from docker.errors import APIError, NotFound

from gameday.daemon import Daemon, surrounding_daemon, written_daemon
from gameday.undo.ledger import Ledger
from gameday.undo.owner import lease_of, may_live, owner_labels

HELPER_LEASE = 60.0
"""Seconds for which a helper that runs one command may be needed."""


def host_of(ledger: Ledger) -> DockerHost:
    """The daemon that a drill acts on, whatever this process' own surroundings say."""
    return DockerHost(written_daemon(ledger.read().docker))


class TargetGone(Exception):
    """The container does not exist any more, and the fault went with it."""


class NotDone(Exception):
    """The verb ran, and reading back shows that it had no effect."""


class NameTaken(Exception):
    """The daemon has a container of this name already."""


@dataclass(frozen=True)
class Made:
    """A container that gameday made, as a list of containers tells it."""

    id: str
    name: str
    image: str
    running: bool
    age: float
    """Seconds since it was created, on the daemon's clock."""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def may_live(self) -> bool:
        """Whether the process that made it may still need it."""
        return may_live(self.labels, self.age)

    @property
    def lease(self) -> float:
        """Seconds from its creation after which nobody needs it."""
        return lease_of(self.labels)


@dataclass(frozen=True)
class ContainerState:
    """What a container is now."""

    running: bool
    paused: bool
    started_at: str


class DockerHost:
    """A Docker daemon, asked with a short time-out so that one hanging call cannot hold up the others."""

    def __init__(self, daemon: Daemon | None = None, timeout: int = 5) -> None:
        self._daemon, self._timeout = daemon or surrounding_daemon(), timeout
        self._client: Any = None

    @property
    def _api(self) -> Any:
        # Connecting asks the daemon for its version, so it waits until a verb needs it: the guard must be able to
        # start, and to go on trying, while the daemon is away.
        if self._client is None:
            self._client = self._daemon.connect(self._timeout)
        return self._client

    def connect(self) -> None:
        """Reach the daemon now, so that the first undo does not pay for it."""
        self._api.ping()

    @property
    def daemon(self) -> str:
        """The daemon's own id."""
        return str(self._api.info()["ID"])

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def state(self, container: str) -> ContainerState:
        """Raises TargetGone where the container was removed."""
        try:
            state = self._api.inspect_container(container)["State"]
        except NotFound as gone:
            raise TargetGone(container) from gone
        return ContainerState(bool(state["Running"]), bool(state["Paused"]), str(state["StartedAt"]))

    def can_be_entered(self, container: str) -> bool:
        """Whether commands can run inside: False where it does not run. Raises NotDone where it is paused."""
        now = self.state(container)
        if now.paused:
            raise NotDone(f"{container[:12]} is paused, and nothing can be done inside")
        return now.running

    def unpause(self, container: str) -> None:
        self._tolerating(("is not paused", "is not running"), self._api.unpause, container)

    def start(self, container: str) -> None:
        self._tolerating(("already started",), self._api.start, container)

    def signal(self, container: str, signal: str) -> None:
        """Send a signal to its main process. One that does not run gets none."""
        self._tolerating(("is not running",), self._api.kill, container, signal)

    def run(self, container: str, command: tuple[str, ...], user: str = "") -> str:
        """Run a short command inside, to its end, and return what it printed. Raises NotDone where it fails.

        `user` is a name or number; without it, the container's own.
        """
        try:
            made = self._api.exec_create(container, list(command), stdin=False, user=user)["Id"]
            said = self._api.exec_start(made).decode("utf-8", "replace").strip()
        except NotFound as missing:
            raise self._what_is_missing(container, missing) from missing
        code = self._api.exec_inspect(made)["ExitCode"]
        if code:
            raise NotDone(f"{command[0]} in {container[:12]} ended with code {code}: {said[-200:]}")
        return str(said)

    def archive(self, container: str, path: str) -> bytes:
        """A file as a tar archive, also of a container that does not run; empty where there is no such file."""
        self.state(container)  # raises where it was removed
        try:
            stream, _ = self._api.get_archive(container, path)
        except NotFound:
            return b""
        return b"".join(stream)

    def put_archive(self, container: str, folder: str, archive: bytes) -> None:
        self._api.put_archive(container, folder, archive)

    def exists(self, container: str) -> bool:
        """Whether there is a container of this name, running or not."""
        try:
            self._api.inspect_container(container)
        except NotFound:
            return False
        return True

    def remove(self, container: str, grace: int = 1) -> None:
        """Let it end by itself for so many seconds, then remove it. Gone already is fine."""
        with contextlib.suppress(NotFound):
            self._api.stop(container, timeout=grace)
        self.discard(container)

    def run_beside(self, container: str, image: str, command: list[str]) -> tuple[int, str]:
        """Run one command in a container's network namespace, in a helper that is removed again: exit code, and what it said."""
        limits = self._api.create_host_config(
            network_mode=f"container:{container}", cap_drop=["ALL"], cap_add=["NET_ADMIN"], read_only=True,
            security_opt=["no-new-privileges"], pids_limit=16, mem_limit="64m", log_config={"type": "json-file"},
        )  # fmt: skip
        helper = self._api.create_container(image, command, host_config=limits, labels=owner_labels(HELPER_LEASE))["Id"]
        try:
            self._api.start(helper)
            code = self._api.wait(helper, timeout=self._timeout)["StatusCode"]
            return int(code), self._api.logs(helper).decode("utf-8", "replace").strip()
        finally:
            self._api.remove_container(helper, force=True, v=True)

    def create_unstarted(self, name: str, like: str, labels: Mapping[str, str]) -> str:
        """Create a container from another one's image, without network, volumes or a start: its id. Raises NameTaken, TargetGone."""
        try:
            model = self._api.inspect_container(like)
        except NotFound as gone:
            raise TargetGone(like) from gone
        # An image may carry labels of Compose, and the opt-in: this container belongs to no project, and is nobody's target.
        kept = {label: "" for label in model["Config"].get("Labels") or {} if label.startswith(("com.docker.compose.", "gameday."))}
        unused = dict.fromkeys(model["Config"].get("Volumes") or {}, "")  # else each would make an anonymous volume
        limits = self._api.create_host_config(network_mode="none", tmpfs=unused or None)
        try:
            return str(self._api.create_container(model["Image"], ["-"], name=name, host_config=limits, labels={**kept, **labels})["Id"])
        except APIError as error:
            if error.status_code == 409:
                raise NameTaken(name) from error
            raise

    def made(self, labels: Mapping[str, str]) -> list[Made]:
        """Every container, running or not, that has these labels; an empty value stands for any."""
        wanted = [f"{name}={value}" if value else name for name, value in labels.items()]
        found = self._api.containers(all=True, filters={"label": wanted})
        if not found:
            return []
        now = datetime.fromisoformat(self._api.info()["SystemTime"]).timestamp()
        return [
            Made(
                e["Id"],
                e["Names"][0].lstrip("/"),
                e["Image"],
                e["State"] in ("running", "paused", "restarting"),
                now - e["Created"],
                e["Labels"] or {},
            )
            for e in found
        ]

    def discard(self, container: str) -> None:
        """Remove at once a container that does nothing. Gone already is fine."""
        try:
            self._api.remove_container(container, force=True, v=True)
        except NotFound:
            return
        except APIError as error:
            if "already in progress" not in str(error):
                raise

    def command_lines(self, container: str) -> list[str]:
        """The command lines of a container's processes, asked of the daemon: nothing is started inside. Empty where it does not run."""
        try:
            # Nothing at all, not an empty list, is what Docker says of one that has just begun or ended.
            return [str(row[-1]) for row in self._api.top(container, ps_args="-eo pid,args")["Processes"] or ()]
        except APIError:
            return []

    def _what_is_missing(self, container: str, missing: NotFound) -> NotDone:
        """Docker says "not found" of what a container needs, too, such as a network. Raises TargetGone where it is the container."""
        self.state(container)
        return NotDone(str(missing.explanation or missing))

    def _tolerating(self, fine: tuple[str, ...], call: Any, container: str, *more: str) -> None:
        """Someone else may have done it in between: what Docker then complains of is what we want."""
        try:
            call(container, *more)
        except NotFound as missing:
            raise self._what_is_missing(container, missing) from missing
        except APIError as error:
            if not any(text in str(error) for text in fine):
                raise
