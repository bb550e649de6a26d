"""Which store a workspace has: the one its settings name, or a file in this host's state folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gameday.bundle.host_state import HostState
from gameday.environments.secrets import revealed
from gameday.errors import Missing
from gameday.model.settings import Settings

if TYPE_CHECKING:
    from gameday.store.database import Database


def store_url(root: Path, settings: Settings, state: HostState) -> str:
    """The address, with its secret revealed: not to be shown."""
    if (url := settings.store.url) is not None:
        return revealed(url, root) if url.startswith("${") else url
    name = f"{root.resolve().name}-{hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:8]}"
    return f"sqlite:///{state.folder.resolve() / 'stores' / name}.db"


def open_workspace_store(root: Path, settings: Settings, state: HostState) -> Database:
    """The store of a workspace, made where there is none. Raises Missing and InvalidInput."""
    try:
        from gameday.store.opening import open_store
    except ModuleNotFoundError as error:
        raise Missing(f"drills in the calendar need more: pip install 'gameday-drills[server]' ({error.name} is not here)") from error
    return open_store(store_url(root, settings, state))


@contextmanager
def workspace_store(root: Path) -> Iterator[Database]:
    """The same for one command, with the settings as they are now."""
    from gameday.gaps import GAPS
    from gameday.load.settings import read_settings

    database = open_workspace_store(root, read_settings(root / "gameday.toml", lambda: GAPS), HostState())
    try:
        yield database
    finally:
        database.close()
