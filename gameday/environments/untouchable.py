"""Which containers no fault acts on, whatever a scenario says."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from gameday.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Collection

    from gameday.clients.docker_container import Container

ALLOW_LABEL = "gameday.allow"
OWN = frozenset(f"gameday.{name}" for name in ("run", "fault", "target", "helper", "lock", "owner", "drill", "part"))
"""Labels of what gameday made, and of what a team says belongs to it: `gameday.part: store`."""


def refuse_untouchable(container: Container, environment: str) -> None:
    """Raises Refused for what is gameday's own, or did not opt in."""
    own = sorted(OWN & container.labels.keys())
    if own or _program(container.image).startswith("gameday-network"):
        why = f"its label {own[0]}" if own else f"its image {container.image}"
        raise Refused(f"{container.name} belongs to gameday itself ({why} says so), which is what puts things back; choose another target")
    if container.labels.get(ALLOW_LABEL) != environment:
        raise Refused(f"{container.name} has no label {ALLOW_LABEL}={environment}; {_how(container, environment)} if it may be broken")


def nobody(service: str, there: Collection[Container], project: str) -> str:
    """That no container is meant, with those that come near, and what their labels allow."""
    if not there:
        return f"no container of {project} at all, so none of a service {service!r}"
    names = sorted({c.service for c in there})
    near = get_close_matches(service, names, 1)
    hint = f", did you mean {near[0]!r}?" if near else ""
    told = ", ".join(f"{name} ({_allows([c for c in there if c.service == name])})" for name in names)
    return f"no running container of a service {service!r} in {project}{hint}; there is {told}"


def _allows(containers: Collection[Container]) -> str:
    allowed = {c.labels.get(ALLOW_LABEL) for c in containers}
    said = " and ".join(f"{ALLOW_LABEL}={a}" if a else f"no {ALLOW_LABEL}" for a in sorted(allowed, key=str))
    return said if any(c.running for c in containers) else f"not running, {said}"


def _how(container: Container, environment: str) -> str:
    from gameday.clients.docker_container import PROJECT_LABEL, SERVICE_LABEL

    if SERVICE_LABEL not in container.labels and PROJECT_LABEL not in container.labels and container.service == container.name:
        return f"run it with `docker run --label {ALLOW_LABEL}={environment} …`"
    return f'add `labels: {{{ALLOW_LABEL}: "{environment}"}}` to the service {container.service} in its Compose file'


def _program(image: str) -> str:
    """`prom/prometheus:v2` is prometheus."""
    return re.sub(r"[:@].*$", "", image.rpartition("/")[2])
