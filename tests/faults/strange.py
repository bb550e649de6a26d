"""An extension as strangers write them: a switch in a file, and functions that misbehave."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path


def switch(path: str, on: bool) -> str:
    Path(path).write_text("on" if on else "off")
    print("functions print what they like")
    return path


def is_on(path: str) -> bool:
    return Path(path).read_text() == "on"


def does_nothing(path: str) -> None:
    """An undo that undoes nothing."""


def told(configuration: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
    return [*configuration, *secrets.values()]


def raises() -> None:
    raise ValueError("no such instance")


def leaves() -> None:
    sys.exit(3)


def dies() -> None:
    os._exit(7)


def hangs() -> None:
    time.sleep(60)
