"""How much may be broken at one time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gameday.clients.docker_container import Container
from gameday.conduct.preflight import refuse_blinding, refuse_irreversible, refuse_too_many, refuse_too_wide
from gameday.environments.compose_project import ComposeProject
from gameday.errors import Refused
from gameday.model.injection import Injection, most_at_once
from gameday.model.plan import Target
from gameday.model.scenario import Scenario
from gameday.model.settings import LimitSettings, Settings
from gameday.model.undo import Undo, UndoStep
from tests.story import scenario


def lasting(at: int, seconds: int, target: str) -> Injection:
    return Injection.model_validate(
        {"fault": "container_pause", "target": target, "at": timedelta(seconds=at), "for": timedelta(seconds=seconds)}
    )


def with_faults(*faults: Injection) -> Scenario:
    return scenario().model_copy(update={"faults": faults})


def test_faults_that_follow_each_other_are_one_at_a_time() -> None:
    refuse_too_many(with_faults(lasting(0, 10, "a"), lasting(10, 10, "b")), Settings())


def test_faults_at_one_time_are_refused_with_the_line_to_write() -> None:
    two = with_faults(lasting(0, 10, "a"), lasting(9, 10, "b"))
    with pytest.raises(
        Refused, match=r"container_pause on a and container_pause on b.*`parallel_faults = 2` under `\[limits\]` in gameday.toml"
    ):
        refuse_too_many(two, Settings())
    refuse_too_many(two, Settings(limits=LimitSettings(parallel_faults=2)))


def test_only_those_that_meet_are_counted() -> None:
    three = [lasting(0, 10, "a"), lasting(9, 10, "b"), lasting(15, 10, "c")]
    assert len(most_at_once(three)) == 2
    assert len(most_at_once([*three, lasting(16, 1, "d")])) == 3


def test_what_a_drill_is_read_from_is_broken_only_where_that_is_allowed() -> None:
    on_it = with_faults(lasting(0, 10, "shop"), lasting(20, 10, "alertmanager"))
    with pytest.raises(Refused, match=r"container_pause acts on alertmanager.*write `allow_monitoring_faults = true` under"):
        refuse_blinding(on_it.faults, Settings(), {"prometheus", "alertmanager"})
    refuse_blinding(on_it.faults, Settings(), {"prometheus"})
    refuse_blinding(on_it.faults, Settings(limits=LimitSettings(allow_monitoring_faults=True)), {"alertmanager"})


LOST = Undo(target="queue", identity={}, before={}, steps=(UndoStep(verb="nothing_to_put_back", arguments={"lost": "all"}),))
BACK = Undo(target="queue", identity={}, before={}, steps=(UndoStep(verb="container_unpause"),))


@pytest.mark.parametrize(
    ("undo", "scenario_says", "workspace_allows", "why"),
    [
        (LOST, False, True, "`irreversible: true` beside it"),
        (LOST, True, False, r"`irreversible = true` under `\[limits\]`"),
        (LOST, True, True, ""),
        (BACK, False, False, ""),
    ],
)
def test_what_cannot_be_put_back_needs_two_who_say_so(undo: Undo, scenario_says: bool, workspace_allows: bool, why: str) -> None:
    injection = lasting(0, 10, "queue").model_copy(update={"irreversible": scenario_says})
    settings = Settings(limits=LimitSettings(irreversible=workspace_allows))
    if not why:
        refuse_irreversible(undo, injection, settings)
        return
    with pytest.raises(Refused, match=why):
        refuse_irreversible(undo, injection, settings)


def replica(name: str, *, running: bool = True, paused: bool = False, health: str = "healthy") -> Container:
    return Container(name, name, "web", running, paused, "t0", health=health)


class Place(ComposeProject):
    """A project with these containers."""

    name = "shop"

    def __init__(self, replicas: tuple[Container, ...]) -> None:
        self._replicas = list(replicas)

    def containers(self) -> list[Container]:
        return self._replicas


def wide(*replicas: Container, **limits: float) -> None:
    target = Target(service="web", container="web_1", name="web_1", project="p")
    place: Any = Place(replicas)
    refuse_too_wide(target, place, LimitSettings.model_validate(limits))


def test_a_service_of_one_may_be_lost() -> None:
    wide(replica("web_1", health="unhealthy"))


@pytest.mark.parametrize("other", [{"running": False}, {"paused": True}, {"health": "unhealthy"}, {"health": "starting"}])
def test_of_several_replicas_one_stays_healthy(other: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="besides web_1, 0 of 2 replicas of web would be healthy; a fault must leave 1"):
        wide(replica("web_1"), replica("web_2", **other))
    wide(replica("web_1"), replica("web_2", health=""))
    wide(replica("web_1"), replica("web_2", **other), min_healthy_left=0)


def test_no_more_of_a_service_is_broken_than_allowed() -> None:
    two = (replica("web_1"), replica("web_2"))
    wide(*two)
    with pytest.raises(Refused, match=r"web_1 is 50 % of the 2 replicas of web, and `max_percent = 40`"):
        wide(*two, max_percent=40)
    wide(*two, replica("web_3"), max_percent=40)


def test_zero_percent_means_nothing_at_all() -> None:
    with pytest.raises(Refused, match="nothing may be broken in this workspace"):
        wide(replica("web_1"), max_percent=0)
