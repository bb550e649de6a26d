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

if TYPE_CHECKING:
    # Loaded where they are used: `check` asks this place for its ports only, and must be quick.
    from gameday.clients.compose import Compose
    from gameday.clients.docker import Container

COMPOSE_FILE = "docker-compose.sandbox.yml"
RELOADED = ("prometheus", "alertmanager")
"""Services that re-read their files on SIGHUP."""
REPLICAS = {"shop": 2}
PORTS = {
    "shop_port": ("GAMEDAY_SHOP_PORT", 18080),
    "ops_port": ("GAMEDAY_OPS_PORT", 18090),
    "prometheus_port": ("GAMEDAY_PROMETHEUS_PORT", 19090),
    "alertmanager_port": ("GAMEDAY_ALERTMANAGER_PORT", 19093),
    "db_port": ("GAMEDAY_DB_PORT", 15432),
}


@dataclass
class Sandbox(ComposeProject):
    """One sandbox. Its project name and ports come from the environment, so that two can run on one host."""

    root: Path
    alerting: str = "fast"
    name: str = "sandbox"

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
    def shop_url(self) -> str:
        return self._url("shop_port")

    @property
    def ops_url(self) -> str:
        return self._url("ops_port")

    @property
    def prometheus_url(self) -> str:
        return self._url("prometheus_port")

    @property
    def alertmanager_url(self) -> str:
        return self._url("alertmanager_port")

    @property
    def _compose(self) -> Compose:
        from gameday.clients.compose import Compose

        file = self.root / COMPOSE_FILE
        if not file.is_file():
            raise InvalidInput(f"{self.root} has no {COMPOSE_FILE}; run gameday inside a workspace")
        named = re.fullmatch(r"[a-z][a-z0-9_-]{0,40}", self.alerting)
        if not named or not (self.root / "sandbox" / "alerting" / self.alerting).is_dir():
            known = sorted(p.parent.name for p in (self.root / "sandbox" / "alerting").glob("*/rules.yml"))
            raise InvalidInput(f"no alerting profile {self.alerting!r} under sandbox/alerting/; there is {', '.join(known) or 'none'}")
        settings = {env: str(_port(env, usual)) for env, usual in PORTS.values()}
        settings |= {"GAMEDAY_ALERTING": self.alerting, "GAMEDAY_OPS_URL": self.ops_url}
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

    def images(self) -> list[str]:
        """The images that it is made of."""
        return self._compose.images()

    def down(self) -> None:
        self._compose.down()

    @property
    def is_up(self) -> bool:
        """Whether all of its containers run and are healthy."""
        found = self.containers()
        return bool(found) and not _unhealthy(found)

    def wait_healthy(self, within: float) -> None:
        """Raises Missing, naming the containers, when health does not come in time (seconds)."""
        deadline = time.monotonic() + within
        while True:
            found = self.containers()
            waiting = _unhealthy(found)
            if found and not waiting:
                return
            if time.monotonic() > deadline:
                names = ", ".join(waiting) or "no container"
                raise Missing(f"the sandbox is not healthy after {within:.0f} s: {names}; look at `docker logs NAME`")
            time.sleep(0.2)

    def settle(self) -> None:
        """Flags, releases and inboxes back to their defaults, so that drills do not see each other."""
        from gameday.clients.http import Unreachable
        from gameday.clients.ops import Ops

        try:
            Ops(self.ops_url).reset()
        except Unreachable as error:
            raise Missing(f"the sandbox's ops does not answer: {error}; `gameday sandbox up` starts it") from error

    def settle_quietly(self) -> None:
        """Settle after a drill, where a broken sandbox has been reported already."""
        with contextlib.suppress(Missing):
            self.settle()

    def _build_missing(self, compose: Compose, say: Callable[[str], None]) -> None:
        """Also images that are there: another workspace, or an older gameday, may have built them of other files."""
        missing = [image for image in compose.images() if not self.docker.has_image(image)]
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


def _unhealthy(containers: list[Container]) -> list[str]:
    return [c.name for c in containers if not c.running or c.paused or c.health not in ("", "healthy")]


def _port(variable: str, usual: int) -> int:
    text = os.environ.get(variable, str(usual))
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise InvalidInput(f"{variable}={text!r} is not a port number")
    return int(text)
