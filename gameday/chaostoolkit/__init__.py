"""Every fault and probe as a plain function for Chaos Toolkit: `module: gameday.chaostoolkit` in an experiment.

A fault's function injects it, and returns when it is seen in effect; `undo` is for the rollbacks. `chaos discover
--no-install gameday-drills` lists them all. Functions are made of the catalogues, so that a new member is one here too.
"""

# Annotations stay types here: Chaos Toolkit shows them.
import contextlib
import inspect
import logging
import time
import types
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from chaoslib.discovery.discover import discover_activities, initialize_discovery_result
from chaoslib.exceptions import ActivityFailed, InterruptExecution
from chaoslib.types import Discovery
from pydantic import TypeAdapter, ValidationError

from gameday.catalog import probe_of
from gameday.chaostoolkit.place import place
from gameday.chaostoolkit.standing import Faults
from gameday.faults import FAULTS
from gameday.load.probes import read_probes
from gameday.model.duration import format_duration, parse_duration
from gameday.model.injection import USUAL_CEILING, Injection
from gameday.model.observation import Blind, Observation
from gameday.model.probe import KINDS, ProbeDefinition
from gameday.model.protocols import Fault

TICK = 0.2
LEAVE = 20
"""What Chaos Toolkit itself exits an activity with to end the run at once and play the rollbacks. Its own exception for that is
taken for a mere failure of the activity, before version 1.45 of its library, and the run would go on."""
_LOG = logging.getLogger("chaostoolkit")
_FAULTS = Faults()


def undo(fault: str = "", target: str = "") -> list[str]:
    """Put faults back, verified: those of this name and target, or all that this run injected. May be called twice."""
    return _FAULTS.undo(fault, target)


def wait(duration: str) -> str:
    """Let the faults be in effect for so long. Ends the run when somebody says `gameday halt`."""
    until = time.monotonic() + parse_duration(duration).total_seconds()
    with _leaving():
        while (left := until - time.monotonic()) > 0:
            if (reason := _FAULTS.state.halted) is not None:
                raise InterruptExecution(f"halted: {reason}")
            time.sleep(min(TICK, left))
    return "waited"


@contextlib.contextmanager
def _leaving() -> Iterator[None]:
    """A signal, or the lever, ends the whole run, in whichever version."""
    try:
        yield
    except InterruptExecution as why:
        _LOG.warning("gameday: %s", why)
        raise SystemExit(LEAVE) from why


def is_live(fault: str, target: str) -> bool:
    """Whether a fault that this run injected is in effect now, read from the system."""
    return any(s.live for s in _FAULTS.standing if s.meant(fault, target))


def ask(probe: str, environment: str = "sandbox", workspace: str = ".") -> float:
    """The answer of a probe that the workspace defines under probes/. One that cannot look fails, and never answers."""
    where = place(environment, workspace)
    known = read_probes(where.environment.root / "probes", where.environment.variables())
    if probe not in known:
        raise ActivityFailed(f"no probe {probe[:80]!r} under {where.environment.root / 'probes'}; there is {', '.join(sorted(known))}")
    return _number(probe_of(known[probe], where.environment, where.settings.probes.commands).ask())


def _number(seen: Observation) -> float:
    if isinstance(seen, Blind):
        raise ActivityFailed(f"blind: {seen.reason}")
    return seen.value


def _fault_function(name: str, shape: type[Fault]) -> Callable[..., dict[str, str]]:
    def inject(
        target: str, environment: str = "sandbox", workspace: str = ".", at_most: str = "", irreversible: bool = False, **own: Any
    ) -> dict[str, str]:
        try:
            settings = {k: v for k, v in own.items() if v is not None}
            wanted = {
                "fault": name,
                "target": target,
                "for": at_most or USUAL_CEILING,
                "at_most": at_most or USUAL_CEILING,
                "irreversible": irreversible,
            }
            injection = Injection.model_validate({**wanted, "settings": settings})
            with _leaving():
                one = _FAULTS.inject(injection, place(environment, workspace))
        except ValidationError as wrong:
            raise ActivityFailed(f"{name}: {_told(wrong)}") from wrong
        return {"fault": name, "target": one.target.service, "container": one.target.name}

    parameters = [_parameter("target", str), *_own(shape), _parameter("environment", str, "sandbox"), _parameter("workspace", str, ".")]
    parameters += [_parameter("at_most", str, format_duration(USUAL_CEILING)), _parameter("irreversible", bool, False)]
    return _shaped(inject, name, shape, parameters, dict)


def _probe_function(kind: str, shape: Any) -> Callable[..., float]:
    def look(environment: str = "sandbox", workspace: str = ".", **own: Any) -> float:
        try:
            definition: ProbeDefinition = TypeAdapter(shape).validate_python(
                {"probe": kind, **{k: v for k, v in own.items() if v is not None}}
            )
        except ValidationError as wrong:
            raise ActivityFailed(f"{kind}: {_told(wrong)}") from wrong
        where = place(environment, workspace)
        return _number(probe_of(definition, where.environment, where.settings.probes.commands).ask())

    parameters = [
        *_own(shape, but=("probe", "unit", "about")),
        _parameter("environment", str, "sandbox"),
        _parameter("workspace", str, "."),
    ]
    return _shaped(look, kind, shape, parameters, float)


def _told(wrong: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}" for e in wrong.errors())


def _own(shape: Any, but: tuple[str, ...] = ()) -> Iterator[inspect.Parameter]:
    """A parameter for each field of a fault or a probe, those that are needed first."""
    fields = {n: f for n, f in shape.model_fields.items() if n not in (*but, "at_most")}
    for name, field in sorted(fields.items(), key=lambda pair: not pair[1].is_required()):
        usual = inspect.Parameter.empty if field.is_required() else _written(field.get_default(call_default_factory=True))
        yield _parameter(name, _plain(field.annotation), usual)


def _written(value: Any) -> Any:
    return format_duration(value) if isinstance(value, timedelta) else list(value) if isinstance(value, tuple) else value


def _plain(annotation: Any) -> Any:
    """The nearest of the types that Chaos Toolkit has names for."""
    if annotation in (int, float, bool, str):
        return annotation
    if annotation is timedelta:
        return str
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return type(inner[0])
    if origin in (Union, types.UnionType, Annotated):
        return _plain(inner[0])
    return list if origin in (list, tuple) else dict


def _parameter(name: str, kind: Any, usual: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=usual, annotation=kind)


def _shaped(function: Callable[..., Any], name: str, shape: Any, parameters: list[inspect.Parameter], returns: type) -> Callable[..., Any]:
    """The function as Chaos Toolkit sees it: its name, its arguments, its manual page."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = inspect.getdoc(inspect.getmodule(shape))
    setattr(function, "__signature__", inspect.Signature(parameters, return_annotation=returns))  # noqa: B010  # no attribute that types know
    return function


ACTIONS: dict[str, Callable[..., Any]] = {**{n: _fault_function(n, shape) for n, shape in FAULTS.items()}, "undo": undo, "wait": wait}
PROBES: dict[str, Callable[..., Any]] = {**{n: _probe_function(n, shape) for n, shape in KINDS.items()}, "ask": ask, "is_live": is_live}
globals().update(ACTIONS | PROBES)
__all__ = [*ACTIONS, *PROBES]  # names, made of the catalogues


def discover(discover_system: bool = True) -> Discovery:
    """What `chaos discover` lists."""
    from gameday import __version__

    found = initialize_discovery_result("gameday-drills", __version__, "gameday")
    for kind, known in (("action", ACTIONS), ("probe", PROBES)):
        found["activities"] += [a for a in discover_activities(__name__, kind) if a["name"] in known]
    return found
