"""Compose as it is called, whichever of its two forms is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gameday.clients.compose import Compose, compose_command
from gameday.errors import Missing

ROOT = Path(__file__).parents[2]
V2, V1 = "docker compose", "docker-compose"


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where programs of this test write how they were called; no others are found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CALLED", str(tmp_path / "called"))
    compose_command.cache_clear()
    yield tmp_path / "called"
    compose_command.cache_clear()


def install(folder: Path, form: str) -> None:
    """Docker, and one form of Compose. Asked for its configuration, Compose names two images."""
    plugin = "true" if form == V2 else '[ "$1" != compose ]'
    answer = 'case "$*" in *" config") echo "    image: b:1"; echo "    image: a:1";; esac; case "$*" in *fail*) echo no such file >&2; exit 14;; esac'
    programs = {"docker": f'{plugin} || exit 1\n[ "$2" != version ] || exit 0', "docker-compose": "" if form == V1 else "exit 1"}
    for name, begins in programs.items():
        program = folder / name
        program.write_text(f'#!/bin/sh\n{begins}\necho "${{0##*/}} $* PORT=$GAMEDAY_SHOP_PORT" >> "$CALLED"\n{answer}\n')
        program.chmod(0o755)


def project(name: str = "p") -> Compose:
    return Compose(Path("/w/docker-compose.yml"), name, {"GAMEDAY_SHOP_PORT": "28080"})


@pytest.mark.parametrize("form", [V2, V1])
def test_both_forms_are_asked_the_same(called: Path, form: str) -> None:
    install(called.parent, form)
    compose = project()
    compose.up({"shop": 2})
    compose.scale("shop", 3)
    assert compose.images() == ["a:1", "b:1"]
    compose.down()
    head = f"{form} -p p -f /w/docker-compose.yml"
    assert called.read_text().splitlines() == [
        f"{head} up -d --no-build --scale shop=2 PORT=28080",
        f"{head} up -d --no-build --no-recreate --no-deps --scale shop=3 shop PORT=28080",
        f"{head} config PORT=28080",
        f"{head} down -v --remove-orphans -t 1 PORT=28080",
    ]


def test_what_compose_says_when_it_fails_is_passed_on(called: Path) -> None:
    install(called.parent, V2)
    with pytest.raises(Missing, match="no such file"):
        project("fail").down()


@pytest.mark.usefixtures("called")
def test_without_compose_it_is_said_how_to_get_it() -> None:
    with pytest.raises(Missing, match=r"setup/docker\.sh"):
        compose_command()


def test_the_sandbox_is_written_for_both() -> None:
    """Version 2 warns of `version`, 1.29 refuses `name`; what is under `deploy` and `develop` only one of them obeys."""
    document = yaml.safe_load((ROOT / "docker-compose.sandbox.yml").read_text())
    assert {key for key in document if not key.startswith("x-")} == {"services", "volumes"}
    for name, service in document["services"].items():
        assert not {"deploy", "develop", "container_name", "links"} & set(service), name
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ())), name
