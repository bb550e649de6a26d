"""When the sandbox's images are looked after: before it starts, and never under one that runs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gameday.environments.sandbox import Sandbox


class Place(Sandbox):
    """A sandbox whose Docker is made up."""

    network_image: str = "network:local"
    there: tuple[str, ...] = ("shop:local", "network:local")
    running: tuple[str, ...] = ()

    docker = SimpleNamespace(has_image=lambda image: image in Place.there)  # type: ignore[assignment]  # a fake

    def containers(self) -> Any:
        return list(self.running)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    scripts: list[str] = []

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        scripts.append(Path(words[-1]).name)
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    return scripts


def bring(place: Place, *images: str) -> None:
    place._build_missing(SimpleNamespace(images=lambda: list(images)), lambda _: None)  # type: ignore[arg-type]  # a fake


def test_images_of_another_workspace_are_not_taken_for_ours(built: list[str], tmp_path: Path) -> None:
    bring(Place(tmp_path), "shop:local")
    assert built == ["images.sh"]


def test_under_a_sandbox_that_runs_nothing_is_built(built: list[str], tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.running = ("shop_1",)
    bring(place, "shop:local")
    assert built == []


def test_what_is_missing_is_built_in_any_case(built: list[str], tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.running = ("shop_1",)
    bring(place, "shop:local", "db:local")
    assert built == ["images.sh"]
