"""Durations as Prometheus writes them: `500ms`, `1m30s`, `2h`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PATTERN = r"(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?"
_WHOLE = re.compile(rf"(?=\d){_PATTERN}", re.ASCII)
_PART = re.compile(r"(\d+)(ms|[dhms])")
LONGEST = timedelta(days=31)


def parse_duration(text: str) -> timedelta:
    """Read `1m30s`. Raises ValueError with what to write instead."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f'"{text}" is not a duration; {_suggestion(text)}')
    if sum(len(n) for n, _ in _PART.findall(text)) > 15:
        raise ValueError(f'"{text}" is longer than {LONGEST.days}d')
    value = timedelta(milliseconds=sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(text)))
    if value > LONGEST:
        raise ValueError(f'"{text}" is longer than {LONGEST.days}d')
    return value


def format_duration(value: timedelta) -> str:
    """Write the shortest form that `parse_duration` reads back: `1m30s`."""
    left = round(value.total_seconds() * 1000)
    sign, left = ("-", -left) if left < 0 else ("", left)
    parts = []
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return sign + ("".join(parts) or "0s")


def _suggestion(text: str) -> str:
    if clock := re.fullmatch(r"(\d+):(\d\d)(?::(\d\d))?", text):
        a, b, c = clock.groups()
        return f"write {int(a)}h{int(b)}m{int(c)}s" if c else f"write {int(a)}m{int(b)}s"
    if re.fullmatch(r"0+", text):
        return f"add a unit: {text}s, or 30s where it must be longer than none"
    if re.fullmatch(r"\d+", text, re.ASCII):
        return f"add a unit: {text}s, {text}m"
    if spaced := re.fullmatch(r"(\d+)\s*(s|m|h|d)\w*", text):
        return f"write {spaced[1]}{spaced[2]}"
    return "write it as Prometheus does: 500ms, 30s, 1m30s"


def _coerce(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f'"{value}" is not a duration; {_suggestion(str(value))}')


def _positive(value: object) -> timedelta:
    span = _coerce(value)
    if span <= timedelta(0):
        raise ValueError("must be longer than 0s")
    return span


_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^(?=[0-9]){_PATTERN}$", "examples": ["30s", "1m30s", "500ms"]})
_AS_TEXT = PlainSerializer(format_duration, return_type=str)

Offset = Annotated[timedelta, BeforeValidator(_coerce), _AS_TEXT, _SCHEMA]
"""A duration that may be zero, such as `at: 0s`."""
Duration = Annotated[timedelta, BeforeValidator(_positive), _AS_TEXT, _SCHEMA]
"""A duration longer than zero."""
