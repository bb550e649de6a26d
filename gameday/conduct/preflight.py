"""Before anything is broken: is somebody else drilling, is something left over, is everything there?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from gameday.bundle.host_state import HostState
from gameday.catalog import fault_of
from gameday.conduct.recovery import orphans, recover, sweep
from gameday.daemon import Daemon
from gameday.errors import Refused, Stuck
from gameday.model.injection import Injection, most_at_once
from gameday.model.protocols import Fault
from gameday.model.scenario import Scenario
from gameday.model.settings import LimitSettings, Settings
from gameday.model.undo import Undo
from gameday.undo.put_back import PutBack

if TYPE_CHECKING:
    from gameday.environments import DrillEnvironment
    from gameday.model.plan import Target


def clear_the_way(state: HostState) -> list[PutBack]:
    """Refuse while the lever is pulled; put back what dead drills left. Raises Stuck where that fails."""
    if (reason := state.halted) is not None:
        raise Refused(f"drills are halted on this host ({reason}); lift it with `gameday resume --reason …`")
    return _all_put_back(recover(state))


def clear_the_daemon(state: HostState, daemon: Daemon) -> list[PutBack]:
    """The same for what is in a Docker daemon and in no record of this host. Raises Missing where it does not answer."""
    return _all_put_back(sweep(orphans(state, daemon), daemon))


def _all_put_back(results: list[PutBack]) -> list[PutBack]:
    if left := [r.left for r in results if r.left]:
        raise Stuck("an earlier drill left a fault that could not be removed: " + "; ".join(left))
    return results


def refuse_what_is_not_allowed(scenario: Scenario, settings: Settings) -> None:
    """Raises Refused where more would be broken at one time, or other people's code called, than this workspace allows."""
    refuse_too_many(scenario, settings)
    for injection in scenario.faults:
        refuse_strange_code(fault_of(injection), settings)


def refuse_strange_code(fault: Fault, settings: Settings) -> None:
    """Raises Refused where a fault calls functions of a module that nobody allowed."""
    for module in getattr(fault, "modules", ()):
        if not settings.chaostoolkit.allow(module):
            raise Refused(
                f"{fault.name} calls {module}, which this workspace does not allow; "
                f'if it should, write `modules = ["{module}"]` under `[chaostoolkit]` in gameday.toml'
            )


def refuse_too_many(scenario: Scenario, settings: Settings) -> None:
    """Raises Refused where more faults would be in effect at one time than this workspace allows."""
    together, allowed = most_at_once(scenario.faults), settings.limits.parallel_faults
    if len(together) > allowed:
        names = " and ".join(f"{i.fault} on {i.target}" for i in together)
        raise Refused(
            f"{len(together)} faults would be in effect at one time ({names}), and this workspace allows {allowed}; "
            f"write `parallel_faults = {len(together)}` under `[limits]` in gameday.toml, or let them follow each other"
        )


def refuse_blinding(injections: Iterable[Injection], settings: Settings, monitoring: Collection[str]) -> None:
    """Raises Refused where a fault acts on what the drill itself is read from, unless this workspace allows that."""
    if settings.limits.allow_monitoring_faults:
        return
    for injection in injections:
        if injection.target in monitoring:
            raise Refused(
                f"{injection.fault} acts on {injection.target}, from which drills read alerts, so most of this one could not be judged; "
                "if that is what it is about, write `allow_monitoring_faults = true` under `[limits]` in gameday.toml"
            )


def refuse_irreversible(undo: Undo, injection: Injection, settings: Settings) -> None:
    """Raises Refused where the damage would stay, unless both the scenario and the workspace say that it may."""
    if not undo.irreversible:
        return
    what = f"{injection.fault} on {injection.target} destroys what nothing can put back"
    if not injection.irreversible:
        raise Refused(f"{what}; write `irreversible: true` beside it in the scenario if that is meant")
    if not settings.limits.irreversible:
        raise Refused(f"{what}, and this workspace does not allow that; write `irreversible = true` under `[limits]` in gameday.toml")


def refuse_too_wide(target: Target, environment: DrillEnvironment, limits: LimitSettings) -> None:
    """Raises Refused where breaking one container would break more of its service than this workspace allows."""
    if limits.max_percent == 0:
        raise Refused("`max_percent = 0` under `[limits]` in gameday.toml: nothing may be broken in this workspace")
    replicas = [c for c in environment.containers() if c.service == target.service]
    if len(replicas) < 2:
        return
    share = 100 / len(replicas)
    if share > limits.max_percent:
        raise Refused(
            f"{target.name} is {share:.0f} % of the {len(replicas)} replicas of {target.service}, and `max_percent = {limits.max_percent:g}`"
            " under `[limits]` in gameday.toml allows less; raise it, or add replicas"
        )
    left = [c for c in replicas if c.id != target.container and environment.is_well(c)]
    if len(left) < limits.min_healthy_left:
        raise Refused(
            f"besides {target.name}, {len(left)} of {len(replicas)} replicas of {target.service} would be healthy; a fault must leave"
            f" {limits.min_healthy_left}: bring the others back, scale {target.service} to 1 if it is meant to be lost, or lower"
            " `min_healthy_left` under `[limits]` in gameday.toml"
        )
