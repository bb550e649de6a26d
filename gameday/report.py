"""The report stage: Review → files in the drill's folder, each whole or not there."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gameday.errors import Missing
from gameday.formats import FORMATS
from gameday.model.record import Record
from gameday.model.review import Review

FILES = {"json": "review.json", "html": "report.html", "markdown": "report.md"}


def write_report(review: Review, record: Record, folder: Path) -> tuple[Path, ...]:
    """Write `review.json`, `report.html` and `report.md`. Raises Missing where the folder cannot be written."""
    return tuple(write_text(folder / name, FORMATS[form].render(review, record)) for form, name in FILES.items())


def write_text(path: Path, text: str) -> Path:
    """Written beside and moved into place: a reader never sees half a report. Links are replaced, not followed."""
    if path.is_dir():
        raise Missing(f"{path} is a folder; move it away, a report belongs there")
    # Shortened, so that the longest name that a disk takes has room for what is added.
    beside = path.with_name(f".{path.name[:40]}.{os.getpid()}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise Missing(f"{path} cannot be written: {error.strerror}; free some space or change its owner") from error
    return path
