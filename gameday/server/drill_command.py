"""From an errand to the command line of its drill. What the store says is checked here: it names files of this workspace only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from gameday.load.workspace import Workspace
from gameday.model.claim import Errand

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")


class NotAllowed(Exception):
    """The errand asks for something that is not in this workspace."""


def drill_of(errand: Errand, root: Path) -> str:
    """`20261208-090000-checkout-monthly-7f3a`: the same for a slot each time, so that its folder is made once."""
    told = hashlib.sha256(f"{root.resolve()}|{errand.key}".encode()).hexdigest()[:4]
    return f"{errand.moment:%Y%m%d-%H%M%S}-{errand.schedule}-{told}"


def drill_arguments(errand: Errand, drill: str, root: Path) -> Sequence[str]:
    """What follows `gameday`. Raises NotAllowed."""
    workspace = Workspace(root)
    if (wrong := workspace.path_mistake(errand.scenario)) is not None:
        raise NotAllowed(wrong)
    if errand.responders not in ("human", "none") and (wrong := workspace.path_mistake(errand.responders)) is not None:
        raise NotAllowed(wrong)
    if strange := [name for name in errand.variables if not _NAME.fullmatch(name)]:
        raise NotAllowed(f"{strange[0]!r} is no name of a variable")
    variables = [f"--var={name}={_written(value)}" for name, value in sorted(errand.variables.items())]
    return ["run", f"--drill={drill}", f"--responders={errand.responders}", *variables, "--", errand.scenario]


def _written(value: str | int | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
