"""Before anything is broken: is somebody else drilling, is something left over, is everything there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gameday.bundle.host_state import HostState
from gameday.conduct.recovery import orphans, recover, sweep
from gameday.errors import Refused, Stuck
from gameday.model.injection import most_at_once
from gameday.model.scenario import Scenario
from gameday.model.settings import LimitSettings, Settings
from gameday.undo.put_back import PutBack

if TYPE_CHECKING:
    from gameday.environments import DrillEnvironment
    from gameday.model.plan import Target


def clear_the_way(state: HostState) -> list[PutBack]:
    """Refuse while the lever is pulled; put back what dead drills left. Raises Stuck where that fails."""
    if (reason := state.halted) is not None:
        raise Refused(f"drills are halted on this host ({reason}); lift it with `gameday resume --reason …`")
    return _all_put_back(recover(state))


def clear_the_daemon(state: HostState) -> list[PutBack]:
    """The same for what is in the Docker daemon and in no record of this host. Raises Missing where it does not answer."""
    return _all_put_back(sweep(orphans(state)))


def _all_put_back(results: list[PutBack]) -> list[PutBack]:
    if left := [r.left for r in results if r.left]:
        raise Stuck("an earlier drill left a fault that could not be removed: " + "; ".join(left))
    return results


def refuse_too_many(scenario: Scenario, settings: Settings) -> None:
    """Raises Refused where more faults would be in effect at one time than this workspace allows."""
    together, allowed = most_at_once(scenario.faults), settings.limits.parallel_faults
    if len(together) > allowed:
        names = " and ".join(f"{i.fault} on {i.target}" for i in together)
        raise Refused(
            f"{len(together)} faults would be in effect at one time ({names}), and this workspace allows {allowed}; "
            f"write `parallel_faults = {len(together)}` under `[limits]` in gameday.toml, or let them follow each other"
        )


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
