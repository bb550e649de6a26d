"""The index of a catalogue: names, of which each is a file and the class in it, loaded when it is asked for.

`container_pause` is `container_pause.py`, and in it `ContainerPause`. Most commands need few members, and loading all of
them would be a good part of their time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")


class Index(Mapping[str, T]):
    """The members of a package. What they must be able to do is asked of each in `tests/contract/`."""

    def __init__(self, package: str, names: tuple[str, ...]) -> None:
        self._package, self._names = package, names

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        member: Any = getattr(import_module(f"{self._package}.{name}"), name.title().replace("_", ""))
        found: T = member
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
