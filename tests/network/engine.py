"""The network engine's own modules, which live with its image and not in the package."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

_FOLDER = str(Path(__file__).parents[2] / "sandbox" / "network")
sys.path.insert(0, _FOLDER)
try:
    # Any: the engine runs on a bare interpreter and is outside of the package that mypy looks at.
    engine: Any = importlib.import_module("engine")
    headers: Any = importlib.import_module("headers")
    netlink: Any = importlib.import_module("netlink")
    order: Any = importlib.import_module("order")
    packets: Any = importlib.import_module("packets")
    resolution: Any = importlib.import_module("resolution")
    rules: Any = importlib.import_module("rules")
    shaping: Any = importlib.import_module("shaping")
    proxy: Any = importlib.import_module("proxy")
    redirect: Any = importlib.import_module("redirect")
    treatment: Any = importlib.import_module("treatment")
finally:
    sys.path.remove(_FOLDER)
