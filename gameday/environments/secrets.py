"""Secrets by reference: `${env:NAME}` and `${file:path}` become what they stand for, here and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

from gameday.errors import Missing

LARGEST = 64_000


def revealed(reference: str, root: Path) -> str:
    """The secret. Paths count from the workspace's root. Raises Missing, naming the reference and never the secret."""
    kind, _, place = reference.removeprefix("${").removesuffix("}").partition(":")
    if kind == "env":
        if not (found := os.environ.get(place, "")):
            raise Missing(f"gameday.toml asks for {reference}, and the variable {place} is not set")
        return found
    try:
        found = (root / place).read_text()[:LARGEST].strip()
    except (OSError, ValueError) as error:
        raise Missing(f"gameday.toml asks for {reference}, which cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not found:
        raise Missing(f"gameday.toml asks for {reference}, and that file is empty")
    return found
