"""Files in the folders of a workspace that no reader takes, for `gameday check`: nothing is passed over in silence."""

from __future__ import annotations

import errno
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from gameday.errors import Mistake
from gameday.load.check import FOLDERS
from gameday.load.quoting import shown
from gameday.load.workspace import Workspace

ENDINGS = {"runbooks": (".md", (".md", ".markdown"))}
YAML = (".yaml", (".yaml", ".yml"))
"""The ending that is read, and those that look as if they were."""


def passed_over(workspace: Workspace, paths: Sequence[Path]) -> Iterator[Mistake]:
    """One mistake for each, with what to do. `paths` are what is checked: files and folders, or nothing for the whole workspace."""
    asked = [p.resolve() for p in paths if p.is_dir()]
    for name in FOLDERS:
        folder = workspace.root / name
        if not folder.is_dir() or (paths and not any(folder.resolve().is_relative_to(a) for a in asked)):
            continue
        read, alike = ENDINGS.get(name, YAML)
        for path in sorted(folder.rglob("*") if name == "runbooks" else folder.iterdir()):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            # Dangling links and the like among probes are told of by their reader.
            if not hidden and not (name == "probes" and path.suffix == read) and (why := _why(path, read, alike)):
                yield Mistake(shown(path), 0, 0, why)


def _why(path: Path, read: str, alike: Collection[str]) -> str:
    """Why no reader takes it; empty where one does, or where it does not look as if it should."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "is a link that leads to itself; remove it"
        if error.errno == errno.ENOENT and path.is_symlink():
            return "is a link that leads to nothing; remove it, or put back what it leads to"
        return f"cannot be read: {(error.strerror or 'unknown error').lower()}"
    if path.suffix.lower() not in alike:
        return ""
    if not stat.S_ISREG(mode):
        return f"is {'a folder' if stat.S_ISDIR(mode) else 'no plain file'}, so it is not read; move it away"
    return "" if path.suffix == read else f"is not read, since its name does not end in {read}; rename it to {path.stem}{read}"
