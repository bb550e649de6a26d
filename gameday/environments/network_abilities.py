"""What this host's kernel can do to a network: found by trying it in an empty network namespace, never by guessing."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gameday.errors import InvalidInput, Missing

if TYPE_CHECKING:
    from gameday.clients.docker import Docker


def network_image() -> str:
    """The network engine's image; its tag follows GAMEDAY_IMAGES, as the sandbox's images do."""
    tag = os.environ.get("GAMEDAY_IMAGES", "local")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", tag):
        raise InvalidInput(f"GAMEDAY_IMAGES={tag!r} is not an image tag")
    return f"gameday-network:{tag}"


def network_abilities(docker: Docker) -> Mapping[str, str]:
    """Each back end, with why it cannot be used here; empty where it can. Raises Missing where it cannot be tried."""
    from docker.errors import APIError, NotFound

    from gameday.undo.docker_host import HELPER_LEASE
    from gameday.undo.owner import owner_labels

    image = network_image()
    try:
        code, said = docker.run_alone(image, ["try"], owner_labels(HELPER_LEASE))
    except NotFound as error:
        there = f"; bring it there: docker save {image} | {docker.daemon.command} load" if not docker.daemon.is_local else ""
        raise Missing(f"there is no image {image}, which network faults need; build it with sandbox/images.sh{there}") from error
    except APIError as error:
        raise Missing(f"{image} cannot be run: {error.explanation or error}") from error
    if code:
        raise Missing(f"{image} could not find out what this host can do: {said}")
    return parse(said)


def parse(said: str) -> Mapping[str, str]:
    """Lines such as `netem no Specified qdisc kind is unknown` and `nfqueue yes`."""
    abilities = {}
    for line in said.splitlines():
        name, _, answer = line.partition(" ")
        word, _, why = answer.partition(" ")
        if word in ("yes", "no"):
            abilities[name] = "" if word == "yes" else why or "the kernel says no"
    return abilities
