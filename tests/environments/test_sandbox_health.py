"""What is said of a sandbox that does not become well."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.clients.docker_container import Container
from gameday.environments.sandbox import Sandbox
from gameday.errors import Missing


def container(name: str, running: bool = True, paused: bool = False, health: str = "healthy") -> Container:
    return Container("id", name, name, running, paused, "2026-01-01T00:00:00Z", health=health)


class Place(Sandbox):
    """A sandbox whose containers are made up."""

    found: tuple[Container, ...] = ()

    def containers(self) -> list[Container]:
        return list(self.found)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (container("db", paused=True), "db is paused: `docker unpause db`"),
        (container("db", running=False), "db does not run: `docker logs db`"),
        (container("db", health="unhealthy"), "db does not answer well: `docker logs db`"),
    ],
)
def test_each_container_is_named_with_what_to_type(found: Container, said: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.found = (container("shop"), found)
    with pytest.raises(Missing) as refused:
        place.wait_healthy(0)
    assert str(refused.value) == f"the sandbox is not healthy after 0 s: {said}"


def test_a_sandbox_without_containers_is_not_well(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="there is no container"):
        Place(tmp_path).wait_healthy(0)
