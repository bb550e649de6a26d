"""Read `services.yaml`: the facts about the team that rules need."""

from __future__ import annotations

from pathlib import Path

from gameday.load.noun_reader import Mistakes, must_be_mapping, read_noun
from gameday.load.quoting import shown
from gameday.load.yaml_reader import read_yaml
from gameday.model.services import Services


def read_services(path: Path) -> Services:
    """The facts in a file; none where there is no such file. Raises InvalidInput with all mistakes."""
    if not path.exists():
        return Services()
    mistakes = Mistakes(shown(path))
    services = read_noun(must_be_mapping(read_yaml(path), mistakes, "facts about services"), Services, mistakes)
    mistakes.stop()
    assert isinstance(services, Services)
    return services
