"""Which keys a model allows at a place: read off the model itself, for "did you mean"."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from gameday.load.tree import Loc


def keys_at(shape: Any, loc: Loc) -> tuple[str, ...]:
    """The keys that may stand in the mapping at `loc`, over all members of unions on the way."""
    shapes = list(_members(shape))
    for segment in loc:
        below = [s for shape in shapes for below in _below(shape, segment) for s in _members(below)]
        shapes = below or [s for s in shapes if _is_tagged(s, segment)] or shapes
    return tuple(dict.fromkeys(key for shape in shapes for key in _keys(shape)))


def _members(shape: Any) -> Iterator[Any]:
    """A shape without Annotated; a union as its members."""
    origin = get_origin(shape)
    if origin is Annotated:
        yield from _members(get_args(shape)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(shape):
            yield from _members(member)
    else:
        yield shape


def _is_tagged(shape: Any, tag: str | int) -> bool:
    """Whether pydantic calls this member of a union by `tag`: its class name, or the word that picks it."""
    if not _is_model(shape):
        return False
    words = (w for f in shape.model_fields.values() if get_origin(f.annotation) is Literal for w in get_args(f.annotation))
    return bool(tag == shape.__name__ or tag in words)


def _is_model(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, BaseModel)


def _keys(shape: Any) -> Iterator[str]:
    if _is_model(shape):
        for name, field in shape.model_fields.items():
            key = field.alias or name
            if not key.startswith("$"):
                yield key


def _below(shape: Any, segment: str | int) -> Iterator[Any]:
    origin = get_origin(shape) or shape
    arguments = get_args(shape)
    if isinstance(segment, int):
        if isinstance(origin, type) and issubclass(origin, Sequence) and arguments:
            yield arguments[0]
    elif _is_model(shape):
        for name, field in shape.model_fields.items():
            if segment in (name, field.alias):
                yield field.annotation
    elif isinstance(origin, type) and issubclass(origin, Mapping) and len(arguments) == 2:
        yield arguments[1]
