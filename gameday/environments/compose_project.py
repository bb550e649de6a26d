"""The containers of one Compose project on this host: which there are, which may be touched, what can be done to them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Self

from gameday.errors import InvalidInput, Refused

if TYPE_CHECKING:
    # Loaded where they are used: `check` asks an environment for its variables only, and must be quick.
    from gameday.clients.docker import Container, Docker
    from gameday.model.plan import Target
    from gameday.model.sidecar import Mandate, Sidecar

ALLOW_LABEL = "gameday.allow"
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

    def addresses(self, service: str) -> tuple[str, ...]:
        found = [c for c in self.containers() if c.service == service and c.running]
        addresses = tuple(address for container in found for address in self.docker.addresses(container.id))
        if not addresses:
            raise InvalidInput(f"peer {service!r}: no running container of such a service in {self.project} has an address")
        return addresses

    def start_sidecar(self, target: Target, sidecar: Sidecar) -> None:
        from docker.errors import APIError, NotFound

        from gameday.model.sidecar import Mandate

        mandate = self.mandate or Mandate()
        seconds = mandate.at_most.total_seconds() + SIDECAR_SLACK
        command = ["hold", "--key", sidecar.key, "--queue", str(sidecar.queue), "--back-end", sidecar.back_end, "--seconds", f"{seconds:g}"]
        labels = {"gameday.run": mandate.drill, "gameday.fault": mandate.fault, "gameday.target": target.container}
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
