"""What `serve` and `agent` share: the workspace, its settings, log lines on standard error."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from gameday.gaps import GAPS
from gameday.load.settings import read_settings
from gameday.load.workspace import Workspace, find_workspace
from gameday.model.safe_text import safe
from gameday.model.settings import Settings


def workspace_here() -> tuple[Workspace, Settings]:
    """The workspace around this directory, and its settings. Raises InvalidInput with all mistakes."""
    workspace = find_workspace(Path.cwd())
    return workspace, read_settings(workspace.root / "gameday.toml", lambda: GAPS)


class _Inert(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return safe(super().format(record), 2_000)


def log_to_stderr() -> None:
    """One line for each thing that happens; what comes from outside is made inert."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Inert("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("gameday").setLevel(logging.INFO)
