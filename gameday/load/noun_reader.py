"""A tree → a noun, or every mistake in it: pydantic's errors as sentences at the places they are about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from gameday.errors import InvalidInput, Mistake
from gameday.load.quoting import listed, meant, named, quoted
from gameday.load.shape import keys_at
from gameday.load.tree import Branch, Items, Leaf, Loc, Mark, Node, find, key_mark, plain, way_text

T = TypeVar("T")
MOST = 20
"""Mistakes of one file that are told at once."""


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
"""Made once for a shape: making it takes longer than all reading."""


class Mistakes:
    """Collects the mistakes of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Mistake] = []

    def add(self, mark: Mark, message: str, way: Loc = (), *, unsafe: bool = False) -> None:
        """`unsafe`: what is written is understood, and forbidden by a safety rule."""
        said = f"{way_text(way)}: {message}" if way else message
        mistake = Mistake(self.file, mark.line, mark.column, said, unsafe)
        if mistake not in self._found:
            self._found.append(mistake)

    def take(self, mistakes: Iterable[Mistake]) -> None:
        self._found.extend(mistakes)

    def __bool__(self) -> bool:
        return bool(self._found)

    def stop(self) -> None:
        """Raise InvalidInput if there is any; the first twenty, and how many more."""
        if not self._found:
            return
        ordered = sorted(self._found)
        more = len(ordered) - MOST
        cut = [Mistake(self.file, 0, 0, f"and {more} more mistakes")] if more > 0 else []
        raise InvalidInput(*ordered[:MOST], *cut)


def read_noun(node: Node, shape: type[T] | Any, mistakes: Mistakes, *, value: object = None, at: Loc = ()) -> T | None:
    """The noun that a tree describes, or None and its mistakes. `value` replaces what the tree says, `at` is its place.

    Values are read strictly: text is not taken for a number, nor `true` for 1.
    """
    adapter: TypeAdapter[T] = _adapter(shape)
    try:
        return adapter.validate_json(json.dumps(plain(node) if value is None else value), strict=True)
    except ValidationError as wrong:
        errors: list[Mapping[str, Any]] = [dict(e) for e in wrong.errors(include_url=False, include_input=True)]
        for error in _without_misspelt(_without_other_branches(node, [e for e in errors if not _is_echo(node, e)])):
            _tell(node, shape, error, mistakes, tuple(at))
        return None


_SHAPE_ERRORS = {"model_type", "model_attributes_type", "dict_type", "tuple_type", "list_type", "mapping_type", "dataclass_type"}


def _without_other_branches(node: Node, errors: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of a union, the errors of the member that was meant; where none fits, one error for all."""
    kept: list[Mapping[str, Any]] = []
    for error in errors:
        loc = tuple(error["loc"])
        _, way, _ = find(node, loc)
        tagged = len(way) < len(loc) and error["type"] not in ("missing", "extra_forbidden")
        rivals = [e for e in errors if e is not error and _way(node, e)[: len(way)] == way and tuple(e["loc"]) != loc]
        if tagged and error["type"] in _SHAPE_ERRORS and rivals:
            continue
        if tagged and any(_way(node, e) == way for e in kept):
            continue
        kept.append(error)
    return kept or errors[:1]


def _is_echo(node: Node, error: Mapping[str, Any]) -> bool:
    """Whether a list is called too short only since its entries have mistakes of their own."""
    found = find(node, tuple(error["loc"]))[0]
    return error["type"] == "too_short" and isinstance(found, Items) and len(found.items) >= error["ctx"]["min_length"]


def _without_misspelt(errors: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A key that is missing since it is misspelt is one mistake, not two."""
    unknown = [tuple(e["loc"]) for e in errors if e["type"] == "extra_forbidden"]

    def is_misspelt(loc: Loc) -> bool:
        return any(tuple(u[:-1]) == tuple(loc[:-1]) and meant(str(u[-1]), [str(loc[-1])]) for u in unknown)

    return [e for e in errors if e["type"] != "missing" or not is_misspelt(e["loc"])]


def _way(node: Node, error: Mapping[str, Any]) -> Loc:
    return find(node, tuple(error["loc"]))[1]


def _tell(node: Node, shape: Any, error: Mapping[str, Any], mistakes: Mistakes, at: tuple[str | int, ...]) -> None:
    loc = tuple(error["loc"])
    found, way, mark = find(node, loc)
    kind = str(error["type"])
    if kind == "missing":
        mistakes.add(mark, _missing(str(loc[-1]), (*at, *way)), (*at, *way))
    elif kind == "extra_forbidden":
        parent, parent_way, _ = find(node, loc[:-1])
        key = str(loc[-1])
        mistakes.add(key_mark(parent, key), unknown_key(key, keys_at(shape, loc[:-1])), (*at, *parent_way))
    else:
        mistakes.add(mark, _sentence(kind, error, found), (*at, *way))


def _missing(key: str, way: Loc) -> str:
    if reason := _WHY_NEEDED.get((*(w for w in way if isinstance(w, str)), key)):
        return f"`{key}` is missing; {reason}"
    return f"`{key}` is missing"


_WHY_NEEDED = {
    ("steady_state",): "without it a drill proves nothing: name a probe and the range that is normal",
    ("canary",): "it dates the impact: give the `url` that stands for your users",
    ("expect",): "say which alerts must come: `expect: {alerts: {must: […]}}`",
    ("expect", "alerts"): "say which must come, or `alerts: {must: {none: why no alert is expected}}`",
    ("expect", "alerts", "must"): "name an alert, or write `must: {none: why no alert is expected}`",
}


def unknown_key(key: str, allowed: tuple[str, ...]) -> str:
    """`no key 'at_mots'; did you mean 'at_most'? allowed: …`"""
    if not allowed:
        return f"no key {named(key)} here; this takes no keys"
    return f"no key {named(key)}{meant(key, allowed)}{' allowed' if meant(key, allowed) else '; allowed'}: {', '.join(allowed)}"


def _sentence(kind: str, error: Mapping[str, Any], node: Node) -> str:
    context: Mapping[str, Any] = error.get("ctx") or {}
    if kind == "value_error":
        said = str(context.get("error", error["msg"]))
        # A model quotes what it was given; a bare `true` was not text.
        return said.replace(f'"{node.value}"', node.source) if isinstance(node, Leaf) and not isinstance(node.value, str) else said
    shown = node.source if isinstance(node, Leaf) and not isinstance(node.value, str) and node.source else quoted(plain(node))
    write = _SENTENCES.get(kind)
    if write is None:
        return f"{shown}: {_reworded(str(error['msg']))}"
    return write(shown, context)


def _reworded(message: str) -> str:
    said = message.removeprefix("Value error, ").replace("Input should be", "must be").replace("Input should", "must")
    return said[:1].lower() + said[1:]


def _choice(shown: str, context: Mapping[str, Any]) -> str:
    said = str(context.get("expected", "")).replace(" or ", ", ").replace("True", "true").replace("False", "false")
    words = [w.strip().strip("'") for w in said.split(", ")]
    return f"{shown} is not allowed here; write {' or '.join(words)}"


def _tag(shown: str, context: Mapping[str, Any]) -> str:
    words = [w.strip().strip("'") for w in str(context.get("expected_tags", "")).split(", ")]
    tag = str(context.get("tag", ""))
    return f"no {str(context.get('discriminator')).strip(chr(39))} {named(tag)}{meant(tag, words) or '; there is ' + listed(words)}"


def _limit(words: str, key: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda shown, context: f"{shown} is out of range; it must be {words} {context[key]}"


def _fixed(words: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda shown, context: f"{shown} {words}"


_SENTENCES: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "string_type": lambda shown, _: (
        f'{shown} is not text; put quotes around it: "{shown}"' if shown[:2] not in ("a ", "no") else f"{shown} stands where text is wanted"
    ),
    "int_type": _fixed("is not a whole number"),
    "int_parsing": _fixed("is not a whole number"),
    "int_from_float": _fixed("is not a whole number"),
    "float_type": _fixed("is not a number"),
    "float_parsing": _fixed("is not a number"),
    "finite_number": _fixed("is not a number that can be compared"),
    "bool_type": _fixed("is neither true nor false"),
    "bool_parsing": _fixed("is neither true nor false"),
    "literal_error": _choice,
    "union_tag_invalid": _tag,
    "union_tag_not_found": lambda _, context: f"`{str(context.get('discriminator')).strip(chr(39))}` is missing; it names the kind",
    "greater_than": _limit("greater than", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than": _limit("less than", "lt"),
    "less_than_equal": _limit("at most", "le"),
    "string_too_short": lambda shown, c: f"{shown} is too short; write at least {c['min_length']} characters",
    "string_too_long": lambda shown, c: f"{shown} is too long; write at most {c['max_length']} characters",
    "string_pattern_mismatch": lambda shown, c: f"{shown} is not spelt as it must be here: {c['pattern']}",
    "too_short": lambda _, c: f"is empty; it needs at least {c['min_length']}",
    "too_long": lambda _, c: f"has too many entries; at most {c['max_length']}",
    "tuple_type": _fixed("stands where a list is wanted; write [ … ], or lines that begin with -"),
    "list_type": _fixed("stands where a list is wanted; write [ … ], or lines that begin with -"),
    "model_type": _fixed("stands where keys are wanted, such as `name: value`"),
    "model_attributes_type": _fixed("stands where keys are wanted, such as `name: value`"),
    "dict_type": _fixed("stands where keys are wanted, such as `name: value`"),
    "mapping_type": _fixed("stands where keys are wanted, such as `name: value`"),
}
"""pydantic's kinds of error, as a person would say them."""


def must_be_mapping(node: Node, mistakes: Mistakes, what: str) -> Branch:
    """The root as a mapping. Raises InvalidInput where it is a list or a single value."""
    if isinstance(node, Branch):
        # Editors want `$schema`; it says nothing about the document.
        return Branch(node.mark, {k: e for k, e in node.entries.items() if k != "$schema"})
    mistakes.add(node.mark, f"{quoted(plain(node))} stands where {what} should be; write keys, such as `title: …`")
    mistakes.stop()
    raise AssertionError("unreachable")
