"""The sandbox's services, as far as they are logic without a network: imported by path, since they are no package."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "sandbox" / "services"


def service_module(name: str) -> Any:
    """A module of the sandbox's services. They import each other by their bare names."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module(name)
