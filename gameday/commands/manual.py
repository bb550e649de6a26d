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
