"""`gameday config show`: every setting in force here, and where it comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from gameday.bundle.host_state import HostState
from gameday.commands.options import OUTPUT
from gameday.daemon import HERE
from gameday.environments.sandbox import PORTS, Sandbox
from gameday.gaps import GAPS
from gameday.load.settings import read_settings
from gameday.load.workspace import Workspace, find_workspace
from gameday.model.safe_text import safe, without_passwords
from gameday.model.settings import Settings


@dataclass(frozen=True)
class Setting:
    """One setting: its value as text, and its origin: a file, an environment variable, or `default`."""

    name: str
    value: str
    origin: str


@click.group()
def command() -> None:
    """The settings of this workspace and this host."""


@command.command()
@OUTPUT
def show(output: str) -> None:
    """Show every setting that is in force here, with its origin: gameday.toml, an environment variable, or the default."""
    settings = tuple(_settings(find_workspace(Path.cwd())))
    if output == "json":
        click.echo(json.dumps({"settings": [asdict(s) for s in settings]}, indent=2))
        return
    name = max(len(s.name) for s in settings)
    value = min(40, max(len(s.value) for s in settings))
    for setting in settings:
        click.echo(safe(f"{setting.name:{name}}  {setting.value:{value}}  {setting.origin}", 500))


def _settings(workspace: Workspace) -> Iterator[Setting]:
    file = workspace.root / "gameday.toml"
    yield from _from_file(read_settings(file, lambda: GAPS), file)
    place = Sandbox(workspace.root)
    yield _from_environment("sandbox.project", "GAMEDAY_SANDBOX_PROJECT", place.project)
    yield _from_environment("sandbox.images", "GAMEDAY_IMAGES", os.environ.get("GAMEDAY_IMAGES", "local"))
    for name, value in place.variables().items():
        yield _from_environment(f"sandbox.{name}", PORTS[name][0], value)
    yield Setting("workspace", str(workspace.root), "the nearest folder upwards with gameday.toml, services.yaml or scenarios/")
    yield _from_environment("state", "XDG_STATE_HOME", str(HostState().folder))
    yield _from_environment("docker", "DOCKER_HOST", without_passwords(os.environ.get("DOCKER_HOST", HERE)))


def _from_file(settings: Settings, file: Path) -> Iterator[Setting]:
    """Each key of gameday.toml, down to its values."""
    for section_name, named in (("environments", settings.environments), ("notices", settings.notices)):
        for place, described in named.items():
            for key, value in described.model_dump(mode="json", exclude_none=True).items():
                yield Setting(f"{section_name}.{place}.{key}", json.dumps(value), str(file))
    for name in (n for n in type(settings).model_fields if n not in ("environments", "notices")):
        section, given = getattr(settings, name), name in settings.model_fields_set
        for key, value in section.model_dump(mode="json").items():
            said = given and key in section.model_fields_set
            yield Setting(f"{name}.{key}", json.dumps(value), str(file) if said else "default")


def _from_environment(name: str, variable: str, value: str) -> Setting:
    return Setting(name, value, variable if variable in os.environ else f"default; {variable} changes it")
