"""Who sits at this terminal, as the system knows it: no variable of the environment can say otherwise."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

NOBODY_LOGGED_IN = 2**32 - 1


def person() -> str:
    """The account that was logged in to, also behind `su` and `sudo`; else the account of this process."""
    try:
        number = int(Path("/proc/self/loginuid").read_text())
    except (OSError, ValueError):
        number = NOBODY_LOGGED_IN
    if number == NOBODY_LOGGED_IN:
        number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid-{number}"
