"""Changing one key of a schedule's file, and nothing else: comments and order stay as their author wrote them."""

from __future__ import annotations

import os
from pathlib import Path

from gameday.commands.scheduling import refuse_two_at_once
from gameday.commands.serving import schedule_reader
from gameday.errors import Missing
from gameday.load.quoting import shown
from gameday.load.tree import Branch
from gameday.load.workspace import Workspace
from gameday.load.yaml_reader import decode, parse_yaml, read_bytes


def set_key(workspace: Workspace, path: Path, key: str, value: str | None) -> None:
    """Write a top-level key, or take it out. The file is checked before it is replaced, whole or not at all.

    Raises InvalidInput where it would have mistakes then, Missing where it cannot be written.
    """
    import yaml

    text = decode(read_bytes(path), shown(path))
    lines = _without(text, key, path)
    if value is not None:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        lines.append(yaml.safe_dump({key: value}, width=10_000, allow_unicode=True))
    changed = "".join(lines)
    reading = schedule_reader(workspace)
    refuse_two_at_once(reading, reading.read(path, changed))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(changed, encoding="utf-8")
        beside.chmod(path.stat().st_mode & 0o777)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Missing(f"{shown(path)} cannot be written: {error.strerror or error}") from error


def _without(text: str, key: str, path: Path) -> list[str]:
    """The lines of a file, without those of a top-level key."""
    lines = text.splitlines(keepends=True)
    tree = parse_yaml(text, shown(path))
    if not isinstance(tree, Branch) or key not in tree.entries:
        return lines
    first = tree.entries[key].key.line
    later = (entry.key.line for entry in tree.entries.values() if entry.key.line > first)
    end = min(later, default=len(lines) + 1)
    # Comments above the key that follows belong to that one.
    while end > first + 1 and (not lines[end - 2].strip() or lines[end - 2].lstrip().startswith("#")):
        end -= 1
    return lines[: first - 1] + lines[end - 1 :]
