"""Rates as the kernel's own tools write them: `512kbit`, `10mbit`, `1.5mbit` a second."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"gbit": 1_000_000_000, "mbit": 1_000_000, "kbit": 1_000}
_PATTERN = r"\d{1,6}(\.\d{1,3})?[kmg]bit"


def parse_rate(text: str) -> int:
    """Bits a second. Raises ValueError with what to write instead."""
    if not re.fullmatch(_PATTERN, text):
        raise ValueError(f'"{text}" is not a rate; {_suggestion(text)}')
    return round(float(text[:-4]) * _UNITS[text[-4:]])


def format_rate(rate: int) -> str:
    """Write the shortest form that `parse_rate` reads back: `1.5mbit`."""
    unit = next((u for u, size in _UNITS.items() if rate >= size), "kbit")
    return f"{rate / _UNITS[unit]:.3f}".rstrip("0").rstrip(".") + unit


def _suggestion(text: str) -> str:
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg])(?:b(?:it)?(?:/s|ps)?)?", text, re.IGNORECASE):
        return f"write {found[1]}{found[2].lower()}bit; rates are in bits a second"
    return "write bits a second: 512kbit, 10mbit"


def _coerce(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and not isinstance(value, bool):
        return parse_rate(value)
    raise ValueError(f'"{value}" is not a rate; write bits a second: 512kbit, 10mbit')


Rate = Annotated[
    int,
    BeforeValidator(_coerce),
    PlainSerializer(format_rate, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_PATTERN}$", "examples": ["512kbit", "10mbit"]}),
]
"""Bits a second."""
