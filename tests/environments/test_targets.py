"""Which container of a service may be broken."""

from __future__ import annotations

from typing import Any

import pytest

from gameday.clients.docker_container import Container
from gameday.clients.http import Endpoint
from gameday.daemon import Daemon
from gameday.environments.compose_project import ComposeProject
from gameday.errors import InvalidInput, Missing, Refused


def container(name: str, *, running: bool = True, paused: bool = False, health: str = "healthy", allow: str = "shop") -> Container:
    labels = {"gameday.allow": allow} if allow else {}
    return Container(name, name, "web", running, paused, "t0", health=health, health_check=("true",), labels=labels)


class Answers:
    """A daemon in whose containers every command ends with this code."""

    def __init__(self, code: int) -> None:
        self.code, self.asked = code, 0

    def run(self, container: str, command: tuple[str, ...]) -> tuple[int, str]:
        self.asked += 1
        return self.code, ""


class Project(ComposeProject):
    """A project with these containers."""

    name = "shop"

    def __init__(self, *containers: Container, check: int = 1) -> None:
        self._containers = list(containers)
        self.docker: Any = Answers(check)

    @property
    def project(self) -> str:
        return "p"

    def containers(self) -> list[Container]:
        return self._containers


def test_a_target_is_known_with_the_moment_it_was_started() -> None:
    target = Project(container("web_1")).target("web")
    assert (target.container, target.started_at) == ("web_1", "t0")


@pytest.mark.parametrize("allow", ["", "staging"])
def test_what_did_not_opt_in_is_refused_with_the_line_to_write(allow: str) -> None:
    with pytest.raises(Refused, match=r"add `labels: \{gameday.allow: \"shop\"\}`"):
        Project(container("web_1", allow=allow)).target("web")


def test_a_service_that_does_not_run_is_said() -> None:
    with pytest.raises(InvalidInput, match="no running container of a service 'web'"):
        Project(container("web_1", running=False)).target("web")


@pytest.mark.parametrize("health", ["starting", "unhealthy"])
def test_a_check_that_passes_now_weighs_more_than_what_docker_last_said(health: str) -> None:
    assert Project(check=0).is_well(container("web_2", health=health))
    assert not Project(check=1).is_well(container("web_2", health=health))


def test_nothing_is_asked_of_what_docker_found_healthy_or_of_what_does_not_run() -> None:
    place = Project(check=0)
    assert place.is_well(container("web_1"))
    assert not place.is_well(container("web_1", health="starting", running=False))
    assert not place.is_well(container("web_1", health="unhealthy", paused=True))
    assert place.docker.asked == 0


def test_what_needs_the_targets_kernel_is_refused_where_that_is_another_ones() -> None:
    there = Project(container("web_1"))
    target = there.target("web")
    there.daemon = Daemon("ssh://anna@staging")
    with pytest.raises(Missing, match="root on the kernel that runs web_1 is needed, which is the one of ssh://anna@staging"):
        there.processes(target)


def test_monitoring_is_known_by_the_ports_at_which_it_is_read() -> None:
    class Watched(Project):
        prometheus = Endpoint("http://127.0.0.1:9090")
        alertmanager = Endpoint("https://localhost:9093/am")

    def at(service: str, *ports: str) -> Container:
        return Container(service, service, service, True, False, "t0", ports=frozenset(ports))

    project = Watched(at("watcher", "9090", "9091"), at("caller", "9093"), at("web", "8080"), at("db"))
    assert project.monitoring == {"watcher", "caller"}
    assert Project(at("web", "9090")).monitoring == set()
