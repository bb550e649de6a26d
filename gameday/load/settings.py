"""Read `gameday.toml`: the settings of a workspace."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from gameday.errors import InvalidInput, Mistake
from gameday.load.quoting import escaped, meant, named, shown
from gameday.model.docker_settings import TooWide
from gameday.model.production import is_production
from gameday.model.settings import Settings

LARGEST = 256_000
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def read_settings(path: Path, known_rules: Callable[[], Collection[str]]) -> Settings:
    """The settings in a file; defaults where there is no such file. `known_rules` gives the names that may be turned off.

    Raises InvalidInput with all mistakes.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise InvalidInput(Mistake(shown(path), 0, 0, f"cannot be read: {error.strerror}")) from error
    if path.stat().st_mode & stat.S_IWOTH:
        raise InvalidInput(Mistake(shown(path), 0, 0, f"may be written by everybody on this host; run `chmod o-w {path.name}`"))
    if len(data) > LARGEST:
        raise InvalidInput(Mistake(shown(path), 0, 0, f"is larger than {LARGEST // 1000} kB"))
    try:
        text = data.decode("utf-8-sig")
        settings = Settings.model_validate(tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise InvalidInput(Mistake(shown(path), 0, 0, "is not UTF-8; save it as UTF-8")) from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(_not_toml(path, str(error))) from error
    except ValidationError as error:
        raise InvalidInput(*_mistakes(path, text, error)) from error
    if refused := [name for name, place in settings.environments.items() if is_production(name) and not place.allow_production]:
        said = "which is refused: drills break things"
        raise InvalidInput(*(_at(path, text, n, f'an environment cannot be called "{n}", {said}', unsafe=True) for n in refused))
    rules = known_rules() if settings.rules.off else ()
    if unknown := [rule for rule in settings.rules.off if rule not in rules]:
        raise InvalidInput(*(_at(path, text, r, f"no gap rule {named(r)}{meant(r, rules)}") for r in unknown))
    return settings


def _not_toml(path: Path, said: str) -> Mistake:
    place = _PLACE.search(said)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    return Mistake(shown(path), line, column, f"is not TOML: {escaped(_PLACE.sub('', said))}")


def _mistakes(path: Path, text: str, error: ValidationError) -> list[Mistake]:
    found = []
    for wrong in error.errors():
        way = [str(step) for step in wrong["loc"]]
        message = wrong["msg"].removeprefix("Value error, ")
        if wrong["type"] == "extra_forbidden":
            message = f"unknown key {named(way[-1])}{meant(way[-1], _keys(way[:-1]))}"
        unsafe = isinstance(wrong.get("ctx", {}).get("error"), TooWide)
        key = next((step for step in reversed(way) if not step.isdecimal()), "")
        found.append(_at(path, text, key, f"{escaped('.'.join(way))}: {message}", unsafe=unsafe))
    return found


def _keys(way: list[str]) -> list[str]:
    """The keys that may stand at this place."""
    shape: Any = Settings
    for step in way:
        fields = getattr(shape, "model_fields", None)
        # Below a mapping any key leads to the mapping's values.
        shape = fields[step].annotation if fields and step in fields else next(_models_in(shape), None)
        shape = next(_models_in(shape), shape) if not _is_mapping(shape) else shape
    return list(getattr(shape, "model_fields", {}))


def _is_mapping(shape: Any) -> bool:
    return get_origin(shape) is Mapping


def _models_in(shape: Any) -> Iterator[Any]:
    """The models that a type such as `Server | None` or `Mapping[str, DockerSettings]` holds."""
    if hasattr(shape, "model_fields"):
        yield shape
    for inner in get_args(shape):
        yield from _models_in(inner)


def _at(path: Path, text: str, key: str, message: str, *, unsafe: bool = False) -> Mistake:
    """At the first line that names the key; TOML's reader tells no places."""
    for number, line in enumerate(text.splitlines(), 1):
        if key and key in line.partition("#")[0]:
            return Mistake(shown(path), number, line.index(key) + 1, message, unsafe)
    return Mistake(shown(path), 1, 1, message, unsafe)


_TABLE = re.compile(r"\s*\[([A-Za-z0-9_.\"' -]+)\]")
_KEY = re.compile(r"""\s*(["']?)([A-Za-z0-9_.-]+)\1\s*=""")


def places_of_settings(path: Path) -> Mapping[str, str]:
    """Where each key stands: `environments.staging.working_hours` → `gameday.toml:7`. Empty where there is no such file."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found: dict[str, str] = {}
    table = ""
    for number, line in enumerate(lines, 1):
        if header := _TABLE.match(line):
            table = re.sub(r"[\"' ]", "", header[1])
            found.setdefault(table, f"{shown(path)}:{number}")
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{key[2]}".lstrip("."), f"{shown(path)}:{number}")
    return found
