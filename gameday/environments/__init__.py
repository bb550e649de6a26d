"""Places where a drill may happen, and what may be touched there: our sandbox, or a Compose project of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gameday.model.protocols import Environment

if TYPE_CHECKING:
    from gameday.clients.docker import Docker
    from gameday.clients.docker_container import Container
    from gameday.clients.http import Endpoint
    from gameday.daemon import Daemon
    from gameday.model.docker_settings import PagerSettings
    from gameday.model.plan import Target


class DrillEnvironment(Environment, Protocol):
    """What conducting a drill needs of a place, beyond what a fault needs."""

    root: Path

    @property
    def project(self) -> str:
        """The Compose project, or what stands for it in file names and sentences."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that all of its containers have, as `name=value`."""
        ...

    @property
    def daemon(self) -> Daemon:
        """The Docker daemon that runs it."""
        ...

    def connection(self) -> Docker:
        """A connection of its own, for another thread."""
        ...

    @property
    def is_up(self) -> bool: ...

    @property
    def prometheus(self) -> Endpoint | None:
        """Where alerts and metrics are read; None where there is none."""
        ...

    @property
    def alertmanager(self) -> Endpoint | None: ...

    @property
    def monitoring(self) -> frozenset[str]:
        """The services behind these two: the drill's own eyes."""
        ...

    @property
    def pager(self) -> PagerSettings | None:
        """Where Alertmanager's webhook is taken by gameday itself; None where `ops` does that, or nobody."""
        ...

    @property
    def ops_url(self) -> str | None:
        """Flags, releases, pager inboxes and status page; None where the place has no `ops`."""
        ...

    @property
    def gateway(self) -> str | None:
        """The service whose log tells of every request of users; None where none does."""
        ...

    @property
    def traffic_url(self) -> str:
        """What traffic is sent to. Raises InvalidInput where nobody said."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """What can be read here."""
        ...

    def recall(self, abilities: Mapping[str, str]) -> None:
        """Take over what was found out by trying, so that it is not tried again."""
        ...

    def containers(self) -> list[Container]: ...

    def host_labels(self) -> Mapping[str, str]:
        """Labels of the Docker daemon itself."""
        ...

    def is_well(self, container: Container) -> bool:
        """Whether it runs and its health check passes now."""
        ...

    def snapshot(self, target: Target) -> Mapping[str, str]:
        """All of a target that must be after a drill as it was before. Empty where it is gone."""
        ...

    def up(self, say: Callable[[str], None]) -> None:
        """See that it runs. Raises Missing where it does not."""
        ...

    def down(self) -> None:
        """Take down what `up` started."""
        ...

    def settle(self) -> None:
        """What an earlier drill changed goes back to its default."""
        ...

    def settle_quietly(self) -> None: ...
