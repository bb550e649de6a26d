"""What `serve` and `agent` share: the workspace, its settings, log lines on standard error."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from gameday.environments.sandbox import Sandbox
from gameday.faults import FAULTS
from gameday.gaps import GAPS
from gameday.load.probes import read_probes
from gameday.load.scenario import read_scenario
from gameday.load.schedule import ScheduleReader
from gameday.load.settings import read_settings
from gameday.load.workspace import Workspace, find_workspace
from gameday.model.safe_text import safe
from gameday.model.scenario import Scenario
from gameday.model.settings import Settings
from gameday.schedule.troubles import troubles


def workspace_here() -> tuple[Workspace, Settings]:
    """The workspace around this directory, and its settings. Raises InvalidInput with all mistakes."""
    workspace = find_workspace(Path.cwd())
    return workspace, read_settings(workspace.root / "gameday.toml", lambda: GAPS)


def schedule_reader(workspace: Workspace) -> ScheduleReader:
    """A reader that knows scenarios, probes and settings as they are now."""
    ports = Sandbox(root=workspace.root).variables()
    probes = read_probes(workspace.root / "probes", ports)
    settings = read_settings(workspace.root / "gameday.toml", lambda: GAPS)

    def scenario(path: Path) -> Scenario:
        return read_scenario(path, FAULTS, {}, defaults=ports, probes=probes, environments=lambda: settings.environments)

    return ScheduleReader(workspace, scenario, troubles)


class _Inert(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return safe(super().format(record), 2_000)


def log_to_stderr() -> None:
    """One line for each thing that happens; what comes from outside is made inert."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Inert("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("gameday").setLevel(logging.INFO)
