"""Files that commands write again and again, such as calendars: what somebody else put there is left alone."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

from gameday.errors import InvalidInput
from gameday.load.quoting import shown

_HEAD = 4_000
"""Bytes of a file that are looked into; a mark stands near its beginning."""


def refuse_files_of_others(paths: Iterable[Path], mark: str) -> None:
    """Raises InvalidInput where one is there that does not carry the mark of what gameday writes, or is no plain file."""
    strange = [shown(path) for path in paths if not _may_be_replaced(path, mark.encode())]
    if strange:
        raise InvalidInput(f"{', '.join(strange)}: not made by gameday, so not overwritten; move it away, or name another folder")


def _may_be_replaced(path: Path, mark: bytes) -> bool:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD)
        # What lies there empty is nobody's loss.
        return not head or mark in head
    except FileNotFoundError:
        return True
    except OSError:
        return False
