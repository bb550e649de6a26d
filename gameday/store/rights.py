"""Files for their owner alone; for a group, too, where the folder above is open to a group: there server and agent are two users."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def open_kept(path: Path) -> int:
    """A descriptor to read and write a file, which is made where it is not there."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if _for_group(path.parent):
        with contextlib.suppress(PermissionError):  # made by the other user, who did this
            os.fchmod(number, 0o660)
    return number


def make_folder(path: Path) -> None:
    """A folder, and those above it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    if _for_group(path.parent):
        with contextlib.suppress(PermissionError):
            path.chmod(0o2770)


def _for_group(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IWGRP) and not folder.stat().st_mode & stat.S_IWOTH
