"""What no fault acts on, and what is said where no container is meant."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from gameday.clients.docker_container import SERVICE_LABEL, Container
from gameday.environments.untouchable import nobody, refuse_untouchable
from gameday.errors import Refused

NONE: Mapping[str, str] = MappingProxyType({})
ALLOWED = {"gameday.allow": "staging"}


def container(service: str = "web", labels: Mapping[str, str] = NONE, *, image: str = "web:1", running: bool = True) -> Container:
    return Container("c1", f"{service}_1", service, running, False, "t0", image=image, labels={SERVICE_LABEL: service, **labels})


@pytest.mark.parametrize("allow", [{}, {"gameday.allow": "sandbox"}])
def test_what_did_not_opt_in_is_refused_with_the_label_line(allow: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r'web_1 has no label gameday.allow=staging; add `labels: \{gameday.allow: "staging"\}`'):
        refuse_untouchable(container(labels=allow), "staging")


def test_a_container_that_compose_did_not_make_gets_the_label_when_it_is_run() -> None:
    plain = Container("c1", "web", "web", True, False, "t0", labels={"app": "shop"})
    with pytest.raises(Refused, match=r"run it with `docker run --label gameday.allow=staging"):
        refuse_untouchable(plain, "staging")


@pytest.mark.parametrize("own", [{"gameday.fault": "f1"}, {"gameday.helper": "c2"}, {"gameday.part": "store"}])
def test_what_is_gamedays_own_is_refused_also_where_it_opted_in(own: dict[str, str]) -> None:
    with pytest.raises(Refused, match="belongs to gameday itself"):
        refuse_untouchable(container(labels={**ALLOWED, **own}), "staging")


def test_a_sidecar_is_known_by_its_image_too() -> None:
    with pytest.raises(Refused, match="belongs to gameday itself"):
        refuse_untouchable(container(labels=ALLOWED, image="gameday-network:local"), "staging")


@pytest.mark.parametrize("label", ["gameday.service", "gameday.context"])
def test_a_label_that_an_image_or_an_owner_gave_says_nothing_of_whose_it_is(label: str) -> None:
    refuse_untouchable(container(labels={**ALLOWED, label: "web"}), "staging")


def test_nobody_is_told_with_what_comes_near_and_what_its_labels_allow() -> None:
    there = [container("database", ALLOWED), container("web"), container("worker", running=False)]
    assert nobody("databse", there, "guestbook") == (
        "no running container of a service 'databse' in guestbook, did you mean 'database'?; there is database (gameday.allow=staging), "
        "web (no gameday.allow), worker (not running, no gameday.allow)"
    )
    assert nobody("web", [], "guestbook") == "no container of guestbook at all, so none of a service 'web'"
