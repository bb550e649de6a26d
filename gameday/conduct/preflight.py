"""Before anything is broken: is somebody else drilling, is something left over, is everything there?"""

from __future__ import annotations

from gameday.bundle.host_state import HostState
from gameday.conduct.recovery import orphans, recover, sweep
from gameday.errors import Refused, Stuck
from gameday.model.injection import most_at_once
from gameday.model.scenario import Scenario
from gameday.model.settings import Settings
from gameday.undo.put_back import PutBack


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
