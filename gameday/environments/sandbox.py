"""The sandbox: a small shop in containers on this host, with real monitoring, made to be broken."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gameday.environments.compose_project import ComposeProject
from gameday.errors import InvalidInput, Missing
from gameday.model.host import Release

if TYPE_CHECKING:
    # Loaded where they are used: `check` asks this place for its ports only, and must be quick.
    from gameday.clients.compose import Compose
    from gameday.clients.docker_container import Container
    from gameday.clients.http import Endpoint
    from gameday.model.probe import Reach

COMPOSE_FILE = "docker-compose.sandbox.yml"
RELOADED = ("prometheus", "alertmanager")
"""Services that re-read their files on SIGHUP."""
REPLICAS = {"shop": 2}
PRIMARY, REPLICA = "db", "db-replica"
"""Which node of the database usually leads, and which follows."""
PORTS = {
    "shop_port": ("GAMEDAY_SHOP_PORT", 18080),
    "ops_port": ("GAMEDAY_OPS_PORT", 18090),
    "prometheus_port": ("GAMEDAY_PROMETHEUS_PORT", 19090),
    "alertmanager_port": ("GAMEDAY_ALERTMANAGER_PORT", 19093),
    "db_port": ("GAMEDAY_DB_PORT", 15432),
    "logs_port": ("GAMEDAY_LOGS_PORT", 18091),
    "traces_port": ("GAMEDAY_TRACES_PORT", 18092),
}


@dataclass
class Sandbox(ComposeProject):
    """One sandbox. Its project name and ports come from the environment, so that two can run on one host."""

    root: Path
    alerting: str = "fast"
    name: str = "sandbox"
    pager: None = None
    gateway: str = "gateway"

    @property
    def project(self) -> str:
        """Compose project name, from GAMEDAY_SANDBOX_PROJECT."""
        project = os.environ.get("GAMEDAY_SANDBOX_PROJECT", "gameday-sandbox")
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", project):
            raise InvalidInput(f"GAMEDAY_SANDBOX_PROJECT={project!r} is not a Compose project name (a-z, 0-9, - and _)")
        return project

    def variables(self) -> Mapping[str, str]:
        """`shop_port`, `ops_port` … for `${…}` in scenarios."""
        return {name: str(_port(*where)) for name, where in PORTS.items()}

    def _url(self, port: str) -> str:
        return f"http://127.0.0.1:{self.variables()[port]}"

    @property
    def sources(self) -> tuple[str, ...]:
        from gameday.model.plan import SOURCES

        return SOURCES

    def reach(self) -> Reach:
        from gameday.model.probe import Reach

        return Reach(prometheus=self._url("prometheus_port"))

    @property
    def traffic_url(self) -> str:
        return self._url("shop_port")

    @property
    def ops_url(self) -> str:
        return self._url("ops_port")

    @property
    def prometheus(self) -> Endpoint:
        return self._endpoint("prometheus_port")

    @property
    def alertmanager(self) -> Endpoint:
        return self._endpoint("alertmanager_port")

    def _endpoint(self, port: str) -> Endpoint:
        from gameday.clients.http import Endpoint

        return Endpoint(self._url(port))

    @property
    def _compose(self) -> Compose:
        from gameday.clients.compose import Compose
        from gameday.environments.alerting_profile import profile_folder

        file = self.root / COMPOSE_FILE
        if not file.is_file():
            raise InvalidInput(f"{self.root} has no {COMPOSE_FILE}; run gameday inside a workspace")
        settings = {env: str(_port(env, usual)) for env, usual in PORTS.values()}
        settings |= {"GAMEDAY_ALERTING_FOLDER": str(profile_folder(self.root, self.alerting)), "GAMEDAY_OPS_URL": self.ops_url}
        return Compose(file, self.project, settings)

    def up(self, say: Callable[[str], None], healthy_within: float = 90.0) -> None:
        """Start what is missing and wait until every health check passes. Idempotent; quick where all runs already."""
        compose = self._compose
        self._build_missing(compose, say)
        before = {c.id for c in self.containers() if c.running}
        compose.up(REPLICAS)
        for container in self.containers():
            if container.service in RELOADED and container.id in before:
                self.docker.kill(container.id, "SIGHUP")
        self.wait_healthy(healthy_within)
        self._all_replicas_in_rotation()
        self._usual_primary()

    def scale(self, service: str, replicas: int) -> None:
        """So many containers of a service. `up` brings the usual number back."""
        if service not in REPLICAS:
            raise InvalidInput(f"{service} cannot be scaled; {', '.join(REPLICAS)} can")
        self._compose.scale(service, replicas)

    def images(self) -> list[str]:
        """The images that it is made of."""
        return self._compose.images()

    def down(self) -> None:
        self._compose.down()

    @property
    def is_up(self) -> bool:
        """Whether all of its containers run and are healthy."""
        found = self.containers()
        return bool(found) and all(self.is_well(c) for c in found)

    def wait_healthy(self, within: float) -> None:
        """Raises Missing, naming the containers, when health does not come in time (seconds)."""
        deadline = time.monotonic() + within
        well: set[tuple[str, str]] = set()
        while True:
            found = self.containers()
            starts = {(c.id, c.started_at): c for c in found}
            well |= {start for start, c in starts.items() if start not in well and self.is_well(c)}
            waiting = [c for start, c in starts.items() if start not in well]
            if found and not waiting:
                return
            if time.monotonic() > deadline:
                names = ", ".join(_how_it_is(c) for c in waiting) or "there is no container"
                raise Missing(f"the sandbox is not healthy after {within:.0f} s: {names}")
            time.sleep(0.2)

    def settle(self) -> None:
        """Flags, releases, inboxes, rotation and the database's roles as usual, so that drills do not see each other."""
        from gameday.clients.http import Unreachable
        from gameday.clients.ops import Ops

        try:
            Ops(self.ops_url).reset()
        except Unreachable as error:
            raise Missing(f"the sandbox's ops does not answer: {error}; `gameday sandbox up` starts it") from error
        self._all_replicas_in_rotation()
        self._usual_primary()

    def _all_replicas_in_rotation(self) -> None:
        self._inside("gateway", "replicas", "ready", "all")

    def _usual_primary(self) -> None:
        """Hands the lead of the database back after a failover. No commit is lost: the leader sends all it has first."""
        if self._inside(REPLICA, "node", "status").startswith("primary"):
            self._await_node(REPLICA, "primary in-step")
            self._inside(REPLICA, "node", "hand-over")
        self._await_node(PRIMARY, "primary in-step")
        # It follows a moment before it lets anybody in, and nobody can promote it until then.
        self._await_node(REPLICA, "standby")

    def _await_node(self, node: str, wanted: str, within: float = 30.0) -> None:
        deadline = time.monotonic() + within
        while (status := self._inside(node, "node", "status")) != wanted:
            if time.monotonic() > deadline:
                raise Missing(
                    f"the database's node {node} is not {wanted!r} after {within:.0f} s: {status or 'no answer'}; look at `docker logs`"
                )
            time.sleep(0.1)

    def _inside(self, service: str, *command: str) -> str:
        """What a program said in the one container of a service. Nothing where that does not run."""
        from docker.errors import APIError

        running = [c for c in self.containers() if c.service == service and c.running and not c.paused]
        try:
            return self.docker.run(running[0].id, command)[1].strip() if running else ""
        except APIError:  # it stopped since it was listed
            return ""

    def settle_quietly(self) -> None:
        """Settle after a drill, where a broken sandbox has been reported already."""
        with contextlib.suppress(Missing):
            self.settle()

    def release(self, service: str) -> Release:
        from gameday.clients.ops import Ops

        known = Ops(self.ops_url).releases()
        if service not in known:
            raise InvalidInput(f"{service} has no releases in the sandbox; there are releases of {', '.join(sorted(known))}")
        return Release(known[service], f"{self.ops_url}/releases")

    def deploy(self, service: str, release: str) -> None:
        from gameday.clients.ops import Ops

        Ops(self.ops_url).deploy(service, release)

    def _build_missing(self, compose: Compose, say: Callable[[str], None]) -> None:
        """Also images that are there: another workspace, or an older gameday, may have built them of other files."""
        missing = [image for image in (*compose.images(), self.network_image) if not self.docker.has_image(image)]
        if missing:
            say(f"building images: {', '.join(missing)}")
        elif self.containers():
            return
        done = subprocess.run(
            ["bash", str(self.root / "sandbox" / "images.sh")],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        if done.returncode:
            last = "\n".join(done.stderr.strip().splitlines()[-5:])
            raise Missing(f"sandbox/images.sh could not build the images:\n{last}")


def _how_it_is(container: Container) -> str:
    """What somebody types to go on, where a container is not well."""
    if container.paused:
        return f"{container.name} is paused: `docker unpause {container.name}`"
    state = "does not answer well" if container.running else "does not run"
    return f"{container.name} {state}: `docker logs {container.name}`"


def _port(variable: str, usual: int) -> int:
    text = os.environ.get(variable, str(usual))
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise InvalidInput(f"{variable}={text!r} is not a port number")
    return int(text)
