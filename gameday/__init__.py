"""gameday: practise incidents, and read which tooling and documentation failed, with proof."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def discover(discover_system: bool = True) -> Any:
    """What `chaos discover --no-install gameday-drills` lists: Chaos Toolkit looks for this function here."""
    # Imported by name, since the whole of gameday lies below: nobody else who asks for the version wants it.
    from importlib import import_module

    return import_module("gameday.chaostoolkit").discover(discover_system)
