"""What counts as production: names that say so, and what a team adds to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from pydantic import Field

from gameday.model.noun import Noun

PRODUCTION = frozenset({"production", "prod", "live", "prd"})
"""Words that make a name one of production."""
LABELS = frozenset({"env", "environment", "stage", "tier"})
"""Labels whose value tells which environment a container or a host belongs to."""


class ProductionSettings(Noun):
    """What is production here, beside what says so itself. `*` stands for any text."""

    projects: tuple[str, ...] = ()
    """Compose projects: `["shop-eu", "billing*"]`."""
    images: tuple[str, ...] = ()
    """Images: `["registry.example.org/released/*"]`."""
    labels: Mapping[str, str] = Field(default_factory=dict)
    """Labels of containers or of a Docker host: `{zone = "dmz"}`."""


def is_production(name: str) -> bool:
    """Whether one of the words of a name says so: `prod`, `shop-production`, `eu.live`."""
    return bool(PRODUCTION & set(re.split(r"[^a-z0-9]+", name.lower())))


def signs(environment: str, project: str, settings: ProductionSettings) -> Iterator[str]:
    """What tells that a place is production, before a container was looked at."""
    if is_production(environment):
        yield f"the environment is called {environment}"
    if is_production(project):
        yield f"the project is called {project}"
    elif pattern := _first(project, settings.projects):
        yield f'the project {project} is on the list of production ("{pattern}")'


def signs_of_labels(whose: str, labels: Mapping[str, str], settings: ProductionSettings) -> Iterator[str]:
    """What labels of a container, or of a Docker host, tell."""
    for name, value in sorted(labels.items()):
        says_so = name.lower().rpartition(".")[2] in LABELS and is_production(value)
        if says_so or (name in settings.labels and fnmatchcase(value, settings.labels[name])):
            yield f"{whose} has the label {name}={value}"


def signs_of_image(whose: str, image: str, settings: ProductionSettings) -> Iterator[str]:
    """Whether a container's image is on the list."""
    if pattern := _first(image, settings.images):
        yield f'{whose} is made of {image}, which is on the list of production ("{pattern}")'


def _first(text: str, patterns: Iterable[str]) -> str | None:
    return next((p for p in patterns if fnmatchcase(text, p)), None)
