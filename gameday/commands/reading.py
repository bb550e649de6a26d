"""Reading what a drill needs: the scenario, its runbook, probes, the team's facts, the responder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gameday.conduct.start import Request
from gameday.environments.sandbox import Sandbox
from gameday.errors import InvalidInput, Refused
from gameday.faults import FAULTS
from gameday.gaps import GAPS
from gameday.load.freezes import freezes_of
from gameday.load.probes import read_probes
from gameday.load.responder import read_responder
from gameday.load.runbook import read_runbook
from gameday.load.scenario import read_scenario
from gameday.load.services import read_services
from gameday.load.settings import places_of_settings, read_settings
from gameday.load.workspace import find_workspace
from gameday.model.plan import Responders
from gameday.model.script import Script


def request_for(path: Path, responders: str, no_fault: bool, keep_sandbox: bool, variables: tuple[str, ...]) -> Request:
    """As `read_request`. Raises Refused where all that is wrong is understood, and forbidden by a safety rule."""
    try:
        return read_request(path, responders, no_fault, keep_sandbox, variables)
    except InvalidInput as wrong:
        if wrong.mistakes and all(m.unsafe for m in wrong.mistakes):
            raise Refused("\n".join(str(m) for m in wrong.mistakes)) from wrong
        raise


def read_request(path: Path, responders: str, no_fault: bool, keep_sandbox: bool, variables: tuple[str, ...]) -> Request:
    """Read and check everything for one drill. Raises InvalidInput with all mistakes; touches no Docker."""
    workspace = find_workspace(path.parent if path.parent.is_dir() else Path.cwd())
    ports = Sandbox(root=workspace.root).variables()
    probes = read_probes(workspace.root / "probes", ports)
    settings = read_settings(workspace.root / "gameday.toml", lambda: GAPS)
    scenario = read_scenario(
        path, FAULTS, _overrides(variables), defaults=ports, probes=probes,
        environments=lambda: settings.environments, allows=settings.chaostoolkit.allow,
    )  # fmt: skip
    kind, script = _responders(responders)
    place = settings.environments.get(scenario.environment)
    runbook = read_runbook(workspace.root / scenario.runbook.path, workspace.root) if scenario.runbook else None
    return Request(
        source=path,
        scenario=scenario,
        services=read_services(workspace.root / "services.yaml"),
        runbook=runbook,
        probes=probes,
        responders=kind,
        script=script,
        no_fault=no_fault,
        root=workspace.root,
        keep_sandbox=keep_sandbox,
        settings=settings,
        freezes=freezes_of(place, workspace.root) if place else (),
        places=places_of_settings(workspace.root / "gameday.toml"),
    )


def _responders(word: str) -> tuple[Responders, Script | None]:
    if word == "human":
        return "human", None
    if word == "none":
        return "none", None
    path = Path(word)
    if not path.is_file():
        raise InvalidInput(f"--responders {word!r}: write human, none, or the path of a file under responders/")
    return "scripted", read_responder(path)


def _overrides(variables: tuple[str, ...]) -> Mapping[str, str]:
    given = {}
    for text in variables:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidInput(f"--var {text!r}: write NAME=VALUE")
        given[name] = value
    return given


def reports_folder() -> Path:
    """Where the drills of the workspace around this directory lie."""
    return find_workspace(Path.cwd()).root / "reports"
