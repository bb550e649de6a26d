"""Read `gameday.toml`: the settings of a workspace."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from gameday.errors import InvalidInput, Mistake
from gameday.load.quoting import escaped, meant, named, shown
from gameday.load.toml_places import deepest, keys_of, place_of
from gameday.model.docker_settings import TooWide
from gameday.model.production import is_production
from gameday.model.settings import Settings

LARGEST = 256_000
_WANTED = {
    "string": 'text; write it in quotes, as in key = "…"', "int": "whole number", "float": "a number", "bool": "true or false",
    "list": "a list; write it in brackets", "tuple": "a list; write it in brackets", "dict": "a table", "mapping": "a table", "model": "a table",
}  # fmt: skip
"""What a value should have been, by the first words of pydantic's name for the mistake."""
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
    except RecursionError as error:
        line, column = deepest(text)
        raise InvalidInput(Mistake(shown(path), line, column, "has too many brackets in brackets")) from error
    except ValidationError as error:
        raise InvalidInput(*_mistakes(path, text, error)) from error
    if refused := [name for name, place in settings.environments.items() if is_production(name) and not place.allow_production]:
        said = "which is refused: drills break things"
        raise InvalidInput(
            *(_at(path, text, ["environments", n], f'an environment cannot be called "{n}", {said}', unsafe=True) for n in refused)
        )
    rules = known_rules() if settings.rules.off else ()
    if unknown := [rule for rule in settings.rules.off if rule not in rules]:
        raise InvalidInput(*(_at(path, text, ["rules", "off", r], f"no gap rule {named(r)}{meant(r, rules)}") for r in unknown))
    return settings


def _not_toml(path: Path, said: str) -> Mistake:
    place = _PLACE.search(said)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    return Mistake(shown(path), line, column, f"is not TOML: {escaped(_PLACE.sub('', said))}")


def _mistakes(path: Path, text: str, error: ValidationError) -> list[Mistake]:
    found = []
    for wrong in error.errors():
        way = [str(step) for step in wrong["loc"]]
        message = _said(wrong["type"], wrong["msg"].removeprefix("Value error, "), wrong["input"])
        if wrong["type"] == "extra_forbidden":
            message = f"unknown key {named(way[-1])}{meant(way[-1], _keys(way[:-1]))}"
        unsafe = isinstance(wrong.get("ctx", {}).get("error"), TooWide)
        found.append(_at(path, text, way, f"{escaped('.'.join(way))}: {message}", unsafe=unsafe))
    return sorted(found, key=lambda m: (m.line, m.column))


def _said(kind: str, message: str, value: object) -> str:
    """The reader's sentence, in the words of whoever writes the file."""
    if kind == "missing":
        return "is missing"
    for begins, wanted in _WANTED.items():
        if kind in (f"{begins}_type", f"{begins}_parsing"):
            return f"{named(str(value))} is {'no' if wanted.startswith('whole') else 'not'} {wanted}"
    return message


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


def _at(path: Path, text: str, way: Sequence[str], message: str, *, unsafe: bool = False) -> Mistake:
    """At the key, or at the last one on the way to it that the file has; TOML's reader tells no places."""
    line, column = place_of(text, way)
    return Mistake(shown(path), line, column, message, unsafe)


def places_of_settings(path: Path) -> Mapping[str, str]:
    """Where each key stands: `environments.staging.working_hours` → `gameday.toml:7`. Empty where there is no such file."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return {}
    return {".".join(way): f"{shown(path)}:{line}" for way, (line, _) in keys_of(text).items()}
