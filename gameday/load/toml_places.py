"""Where the keys of a TOML file stand. The standard reader gives values without their places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_TABLE = re.compile(r"\s*\[\[?([A-Za-z0-9_.\"' -]+)\]")
_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_INLINE = re.compile(rf"[{{,]\s*({_PART})\s*=")

Place = tuple[int, int]
"""Line and column, from 1."""


def keys_of(text: str) -> Mapping[tuple[str, ...], Place]:
    """Each table and key by the way to it; of what is written twice the first. Keys inside of `{…}` are those of its line."""
    found: dict[tuple[str, ...], Place] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _parts(header[1])
            found.setdefault(table, (number, header.start(1) + 1))
        elif key := _KEY.match(line):
            way = (*table, *_parts(key[1]))
            found.setdefault(way, (number, key.start(1) + 1))
            for inner in _INLINE.finditer(line, key.end()):
                found.setdefault((*way, *_parts(inner[1])), (number, inner.start(1) + 1))
    return found


def place_of(text: str, way: Sequence[str]) -> Place:
    """Of the key at the end of this way, or of the last on the way that the file has. Numbers in it count entries of lists."""
    known = keys_of(text)
    names = tuple(step for step in way if not step.isdecimal())
    for length in range(len(names), 0, -1):
        if (place := known.get(names[:length])) is not None:
            return place
        if (inside := next((p for k, p in known.items() if k[:length] == names[:length]), None)) is not None:
            return inside
    return 1, 1


def deepest(text: str) -> Place:
    """Where the most brackets stand open: there a file is that no reader follows to its end."""
    depth, most, place = 0, 0, (1, 1)
    for number, line in enumerate(text.splitlines(), 1):
        for column, letter in enumerate(line, 1):
            depth += (letter in "[{") - (letter in "]}")
            if depth > most:
                most, place = depth, (number, column)
    return place


def _parts(written: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(_PART, written))
