"""The containers of one Compose project on this host: which there are, which may be touched, what can be done to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from gameday.errors import InvalidInput, Refused

if TYPE_CHECKING:
    # Loaded where they are used: `check` asks an environment for its variables only, and must be quick.
    from gameday.clients.docker import Container, Docker
    from gameday.model.plan import Target

ALLOW_LABEL = "gameday.allow"


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
        return Target(service=service, container=chosen.id, name=chosen.name, project=self.project)

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
        }

    def act(self, target: Target, verb: str) -> None:
        """`pause` or `kill`. Raises RuntimeError where Docker says no."""
        from docker.errors import APIError

        try:
            match verb:
                case "pause":
                    self.docker.pause(target.container)
                case "kill":
                    self.docker.kill(target.container)
                case _:
                    raise ValueError(f"no verb {verb!r}")
        except APIError as error:
            raise RuntimeError(f"docker {verb} {target.name}: {error.explanation or error}") from error
