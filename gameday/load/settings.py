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
        found.append(_at(path, text, way[-1] if way else "", f"{escaped('.'.join(way))}: {message}"))
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


def _at(path: Path, text: str, key: str, message: str) -> Mistake:
    """At the first line that names the key; TOML's reader tells no places."""
    for number, line in enumerate(text.splitlines(), 1):
        if key and key in line.partition("#")[0]:
            return Mistake(shown(path), number, line.index(key) + 1, message)
    return Mistake(shown(path), 1, 1, message)
