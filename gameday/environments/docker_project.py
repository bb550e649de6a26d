"""Containers that gameday did not make, on any Docker host: started by their owners, broken only where they allow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gameday.environments.compose_project import ComposeProject
from gameday.environments.secrets import revealed
from gameday.errors import InvalidInput, Missing
from gameday.model.docker_settings import DockerSettings, PagerSettings, Server

if TYPE_CHECKING:
    from gameday.clients.docker import Docker
    from gameday.clients.http import Endpoint
    from gameday.daemon import Daemon
    from gameday.model.probe import Reach


@dataclass
class DockerProject(ComposeProject):
    """What `[environments.NAME]` in gameday.toml describes. It is neither started nor stopped by a drill."""

    root: Path
    name: str
    settings: DockerSettings

    @property
    def project(self) -> str:
        return self.settings.project or self.name

    @property
    def labels(self) -> tuple[str, ...]:
        return self.settings.labels or super().labels

    @cached_property
    def daemon(self) -> Daemon:
        from gameday.environments.docker_daemon import daemon_of, refuse_strangers

        found = daemon_of(self.settings.docker, self.root)
        refuse_strangers(self.settings.docker, found, self.name)
        return found

    def connection(self) -> Docker:
        from gameday.clients.docker import Docker

        return Docker(self.daemon, service_label=self.settings.service_label)

    def variables(self) -> Mapping[str, str]:
        return {}

    def reach(self) -> Reach:
        from gameday.model.probe import Reach

        server = self.prometheus
        return Reach(prometheus=server.url, headers=server.headers, ca=server.ca) if server else Reach()

    @property
    def prometheus(self) -> Endpoint | None:
        return self._endpoint(self.settings.prometheus)

    @property
    def alertmanager(self) -> Endpoint | None:
        return self._endpoint(self.settings.alertmanager)

    @cached_property
    def pager(self) -> PagerSettings | None:
        """Its token revealed."""
        wanted = self.settings.pager
        if wanted is None or wanted.token is None:
            return wanted
        return wanted.model_copy(update={"token": revealed(wanted.token, self.root)})

    ops_url: None = None
    gateway: None = None

    @property
    def traffic_url(self) -> str:
        if self.settings.traffic is None:
            raise InvalidInput(
                f'the scenario has traffic, and gameday.toml does not say where it goes: write `traffic = "http://…"` under [environments.{self.name}]'
            )
        return self.settings.traffic

    @property
    def sources(self) -> tuple[str, ...]:
        has = {"prometheus": self.settings.prometheus, "alertmanager": self.settings.alertmanager, "pager": self.settings.pager}
        return ("canary", *(name for name, there in has.items() if there), "docker", "shell", "words", "probe")

    @property
    def is_up(self) -> bool:
        return any(c.running for c in self.containers())

    def up(self, say: Callable[[str], None]) -> None:
        if not self.is_up:
            docker = self.daemon.command
            raise Missing(
                f"no container of the Compose project {self.project} runs; start it: {docker} compose -p {self.project} up -d"
                if self.settings.project
                else f"no container with the labels {', '.join(self.labels)} runs; `{docker} ps --filter label={self.labels[0]}` shows them"
            )

    def down(self) -> None:
        """Its owners started it; they stop it."""

    def settle(self) -> None:
        """Nothing here is ours to set."""

    def settle_quietly(self) -> None: ...

    def _endpoint(self, server: Server | None) -> Endpoint | None:
        from gameday.clients.http import Endpoint

        if server is None:
            return None
        headers = dict(server.headers)
        if server.token is not None:
            headers["Authorization"] = f"Bearer {revealed(server.token, self.root)}"
        ca = str(self.root / server.ca) if server.ca else ""
        if ca and not Path(ca).is_file():
            raise Missing(f"gameday.toml names the certificate authority {server.ca}, and there is no such file")
        return Endpoint(server.url, headers, ca)
