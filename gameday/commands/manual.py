"""Manual pages: the docstrings of faults, gap rules and probes."""

from __future__ import annotations

import inspect
import sys
from typing import Any


def page(member: Any) -> str:
    """The manual of a member of a catalogue: its module's docstring."""
    module = member if inspect.ismodule(member) else sys.modules[member.__module__]
    return inspect.cleandoc(module.__doc__ or "")


def summary(member: Any) -> str:
    """The manual's first line."""
    return page(member).partition("\n")[0]


def section(member: Any, heading: str) -> str:
    """What stands under `Heading:` in a fault's manual, on one line; empty where there is no such heading."""
    text, found = page(member), []
    for line in text.splitlines():
        if line.startswith(f"{heading}:"):
            found = [line.partition(":")[2].strip()]
        elif found and line.startswith(" "):
            found.append(line.strip())
        elif found:
            break
    return " ".join(found)
