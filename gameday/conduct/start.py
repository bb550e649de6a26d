"""From a loaded scenario to a closed drill in its folder: the conduct stage, called once a scenario."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gameday import time_of_day
from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState
from gameday.bundle.ids import drill_id
from gameday.catalog import environment_of, probe_of
from gameday.conduct.drill import Conducted, conduct
from gameday.conduct.experiment import experiment
from gameday.conduct.locks import lock_targets
from gameday.conduct.permission import Rules, approved, needs_approval, refuse_closed, refuse_production
from gameday.conduct.plan import make_plan
from gameday.conduct.preflight import clear_the_daemon, clear_the_way, refuse_what_is_not_allowed
from gameday.conduct.supervision import Conducting, longest_drill
from gameday.environments import DrillEnvironment
from gameday.errors import Missing
from gameday.model.docker_settings import DockerSettings
from gameday.model.event import Event
from gameday.model.freeze import Freeze
from gameday.model.plan import Plan, Responders
from gameday.model.probe import ProbeDefinition, probe_definitions_json
from gameday.model.runbook import Runbook
from gameday.model.scenario import SANDBOX, Scenario
from gameday.model.script import Script
from gameday.model.services import Services
from gameday.model.settings import Settings
from gameday.undo.docker_host import DockerHost
from gameday.undo.put_back import PutBack


@dataclass(frozen=True)
class Request:
    """One drill that was asked for, everything read and checked."""

    source: Path
    """The scenario file."""
    scenario: Scenario
    services: Services
    runbook: Runbook | None
    probes: Mapping[str, ProbeDefinition]
    responders: Responders
    script: Script | None
    no_fault: bool
    root: Path
    keep_sandbox: bool = False
    settings: Settings = Settings()
    drill: str | None = None
    """The id that the drill shall have. Its folder cannot be made twice, so an id is drilled once."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each key stands in `gameday.toml`."""
    freezes: tuple[Freeze, ...] = ()
    """Those of its environment."""
    allow_production: bool = False
    """Whether `--allow-production` was given."""
    typed: Callable[[str], str] = lambda _: ""
    """Asks a person at a terminal to type the name of an environment; nothing where nobody is there."""

    @property
    def rules(self) -> Rules:
        """What may happen in its environment."""
        return Rules(self.settings, self.scenario.environment, self.root, self.places, self.freezes)

    @property
    def docker(self) -> DockerSettings | None:
        """The settings of an environment of one's own; None for the sandbox."""
        return self.settings.environments.get(self.scenario.environment)


@dataclass(frozen=True)
class Telling:
    """Where progress goes."""

    say: Callable[[str], None]
    on_plan: Callable[[Plan, Folder], None]
    on_event: Callable[[Event], None]


def conduct_request(request: Request, tell: Telling) -> tuple[Folder, Conducted]:
    """Bring the environment up, make the plan, conduct, and take down what was brought up."""
    if not request.no_fault:
        refuse_what_is_not_allowed(request.scenario, request.settings)
    state = HostState()
    environment = environment_of(request.scenario, request.root, request.docker)
    _tell_put_back(clear_the_way(state), tell)
    _refuse_place(request, environment)
    with state.exclusive(environment.project):
        was_up = bool(environment.containers())
        _tell_put_back(clear_the_daemon(state, environment.daemon), tell)
        if not environment.is_up and environment.name == SANDBOX:
            tell.say("starting the sandbox")
        try:
            environment.up(tell.say)
            with time_of_day.held():
                return _conduct(request, tell, state)
        finally:
            if environment.name == SANDBOX and not was_up and not request.keep_sandbox:
                tell.say("taking the sandbox down")
                environment.down()
            elif was_up or request.keep_sandbox:
                environment.settle_quietly()


def _refuse_place(request: Request, environment: DrillEnvironment) -> None:
    """Raises Refused at production, outside of working hours and in a freeze."""
    if not request.no_fault:
        refuse_closed(request.rules, request.scenario, time_of_day.now())
    refuse_production(request.rules, environment, asked=request.allow_production, typed=request.typed)


def _tell_put_back(results: Sequence[PutBack], tell: Telling) -> None:
    for result in results:
        tell.say(f"put back first, left by an earlier drill: {result.fault} on {result.target}")


def _conduct(request: Request, tell: Telling, state: HostState) -> tuple[Folder, Conducted]:
    environment = environment_of(request.scenario, request.root, request.docker)
    name = request.source.stem
    drill = request.drill or drill_id(name, time_of_day.now())
    plan = make_plan(
        request.scenario, environment, drill=drill, name=name, services=request.services, runbook=request.runbook,
        responders=request.responders, no_fault=request.no_fault, settings=request.settings, probes=request.probes,
    )  # fmt: skip
    if not request.no_fault and needs_approval(request.rules, environment):
        plan = plan.model_copy(update={"approval": approved(request.rules, plan, time_of_day.now())})
    host = DockerHost(environment.daemon)
    locks = lock_targets(plan, host, longest_drill(plan))
    try:
        folder = _written(request, plan)
        tell.on_plan(plan, folder)
        conducting = Conducting(
            plan=plan,
            environment=environment,
            folder=folder,
            definitions=request.probes,
            probes={n: probe_of(definition, environment, plan.allowed_commands) for n, definition in request.probes.items()},
            script=request.script,
            on_event=tell.on_event,
            state=state,
            locks=tuple(locks),
            daemon=host.daemon,
        )
    except BaseException:
        for lock in locks:
            host.discard(lock.container)
        raise
    return folder, conduct(conducting)


def _written(request: Request, plan: Plan) -> Folder:
    """The drill's folder, with everything that its child processes read."""
    folder = Folder.create(request.root / "reports", plan.drill)
    try:
        shutil.copyfile(request.source, folder.scenario)
        folder.plan.write_text(plan.model_dump_json(indent=1, by_alias=True))
        folder.experiment.write_text(json.dumps(experiment(plan), indent=1))
        (folder.path / "probes.json").write_bytes(probe_definitions_json(dict(request.probes)))
    except OSError as error:
        raise Missing(f"{folder.path} cannot be written: {error.strerror}; nothing was injected") from error
    return folder
