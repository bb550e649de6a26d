"""Whether the environments of `gameday.toml` can be reached, and what can be broken there. Looks only; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gameday.conduct.host_findings import Finding
from gameday.environments.docker_project import DockerProject
from gameday.environments.untouchable import ALLOW_LABEL
from gameday.errors import GamedayError
from gameday.model.docker_settings import DockerSettings


def places(root: Path, environments: Mapping[str, DockerSettings]) -> Iterator[Finding]:
    """One finding for each."""
    for name, settings in environments.items():
        try:
            yield _place(DockerProject(root, name, settings))
        except (GamedayError, OSError) as error:
            yield Finding(name, False, False, f"cannot be drilled: {error}", "put that right; drills elsewhere are not affected")


def _place(place: DockerProject) -> Finding:
    there = place.containers()
    allowed = [c for c in there if c.running and c.labels.get(ALLOW_LABEL) == place.name]
    said = f"{place.daemon.host}, server {place.docker.version()}: {len(there)} containers, {len(allowed)} may be broken"
    lacks = "" if place.daemon.is_local else f"; no fault that needs the kernel there; {_network(place)}"
    return Finding(place.name, bool(allowed), False, said + lacks, f"label what may be broken: {ALLOW_LABEL}={place.name}")


def _network(place: DockerProject) -> str:
    """Which back ends network faults have there, or why none."""
    try:
        works = [name for name, why_not in place.network_abilities.items() if not why_not]
    except GamedayError as error:
        return f"no network faults: {error}"
    return f"network faults by {', '.join(works) or 'nothing that the kernel there has'}"
