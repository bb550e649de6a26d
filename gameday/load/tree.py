"""A YAML document as a tree that remembers where each key and value stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Scalar = str | int | float | bool | None
Loc = Sequence[str | int]
"""The way from the root to a value: `("faults", 0, "at_most")`."""


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Leaf:
    """A single value. `source` is how it was written, for showing it back."""

    mark: Mark
    value: Scalar
    source: str = ""


@dataclass(frozen=True)
class Items:
    """A list."""

    mark: Mark
    items: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A key's place and its value."""

    key: Mark
    node: Node


@dataclass(frozen=True)
class Branch:
    """A mapping."""

    mark: Mark
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.node if entry else None


Node = Leaf | Items | Branch


def plain(node: Node) -> object:
    """The tree as dicts, lists and values."""
    match node:
        case Leaf():
            return node.value
        case Items():
            return [plain(item) for item in node.items]
        case Branch():
            return {key: plain(entry.node) for key, entry in node.entries.items()}


def step(node: Node, segment: str | int) -> Node | None:
    """The child under a key or index, or None."""
    if isinstance(node, Branch) and isinstance(segment, str):
        return node.get(segment)
    if isinstance(node, Items) and isinstance(segment, int) and 0 <= segment < len(node.items):
        return node.items[segment]
    return None


def find(node: Node, loc: Loc) -> tuple[Node, tuple[str | int, ...], Mark]:
    """The deepest node on the way, the part of the way that exists, and the mark to show.

    Segments that are not in the document are passed over: pydantic puts the tags of unions into its locations.
    """
    way: list[str | int] = []
    mark = node.mark
    for segment in loc:
        child = step(node, segment)
        if child is not None:
            node, mark = child, child.mark
            way.append(segment)
    return node, tuple(way), mark


def key_mark(node: Node, key: str) -> Mark:
    """Where a key stands in a mapping; the mapping's own place if it does not."""
    if isinstance(node, Branch) and key in node.entries:
        return node.entries[key].key
    return node.mark


def way_text(way: Loc) -> str:
    """`faults[0].at_most`."""
    text = ""
    for segment in way:
        text += f"[{segment}]" if isinstance(segment, int) else f".{segment}" if text else segment
    return text


def leaves(node: Node, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Leaf]]:
    """Every single value with the way to it."""
    match node:
        case Leaf():
            yield way, node
        case Items():
            for index, item in enumerate(node.items):
                yield from leaves(item, (*way, index))
        case Branch():
            for key, entry in node.entries.items():
                yield from leaves(entry.node, (*way, key))
