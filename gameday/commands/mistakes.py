"""Mistakes in files, on standard error: where, what, and the line with a caret under the place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from gameday.errors import Mistake
from gameday.model.safe_text import safe, without_secrets

MOST = 20
"""Mistakes of one file that are told; the rest is counted."""
LONGEST_FILE = 256_000
LONGEST_LINE = 110


def show_mistakes(mistakes: Sequence[Mistake]) -> None:
    """Print each mistake with the line it stands on. The files are read again, and left alone where that fails."""
    by_file: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_file.setdefault(mistake.file, []).append(mistake)
    for file, found in by_file.items():
        lines = _lines(file)
        for mistake in found[:MOST]:
            click.echo(safe(str(mistake), 1_000, lines=True), err=True)
            for line in _caret(lines, mistake):
                click.echo(line, err=True)
        if len(found) > MOST:
            click.echo(f"{safe(file)}: and {len(found) - MOST} more", err=True)


def _lines(file: str) -> Sequence[str]:
    try:
        path = Path(file)
        if not path.is_file() or path.stat().st_size > LONGEST_FILE:
            return ()
        return path.read_text("utf-8-sig", errors="replace").splitlines()
    except (OSError, ValueError):
        return ()


def _caret(lines: Sequence[str], mistake: Mistake) -> Iterable[str]:
    """The line and a caret; nothing where the line is gone, empty, or has characters that take another width."""
    if not 1 <= mistake.line <= len(lines):
        return
    line = without_secrets(lines[mistake.line - 1].replace("\t", " "))
    start = max(0, mistake.column - LONGEST_LINE)
    part = line[start : start + LONGEST_LINE]
    if not part.strip():
        return
    yield f"    {safe(part)}"
    yield f"    {' ' * max(0, mistake.column - 1 - start)}^"
