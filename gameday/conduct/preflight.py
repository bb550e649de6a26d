"""Before anything is broken: is somebody else drilling, is something left over, is everything there?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState, RunningDrill
from gameday.errors import Refused, Stuck
from gameday.model.injection import Injection, most_at_once
from gameday.model.scenario import Scenario
from gameday.model.settings import Settings
from gameday.model.undo import Undo
from gameday.undo.docker_host import DockerHost
from gameday.undo.ledger import Ledger, read_ledger
from gameday.undo.processes import is_alive, kill_group
from gameday.undo.put_back import PutBack, put_back


@dataclass(frozen=True)
class Leftover:
    """A drill whose process died before it said that all is put back."""

    drill: RunningDrill
    faults: tuple[str, ...]
    processes: int


def leftovers(state: HostState) -> list[Leftover]:
    """Drills of this host that nobody conducts any more and that were never closed."""
    found = []
    for drill in state.announced():
        if drill.alive:
            continue
        page = read_ledger(Folder(Path(drill.folder)).ledger)
        alive = [p for p in page.of("process") if is_alive(int(p["pid"]), str(p["ticks"]))]
        faults = tuple(f"{f.fault} on {f.target}" for f in page.open)
        found.append(Leftover(drill, faults, len(alive)))
    return found


def recover(state: HostState, by: str = "recover") -> list[PutBack]:
    """Put back whatever dead drills left. Running drills are not touched. Safe to run twice at once."""
    results: list[PutBack] = []
    for leftover in leftovers(state):
        folder = Folder(Path(leftover.drill.folder))
        if not folder.ledger.is_file():
            state.withdraw(leftover.drill.drill)
            continue
        ledger = Ledger(folder.ledger)
        try:
            if not ledger.read().of("taken_over"):
                ledger.append_if_possible("taken_over", by=by, why="its process was gone")
            for line in ledger.read().of("process"):
                kill_group(int(line["pid"]), str(line["ticks"]))
            mine = put_back(ledger, by, DockerHost())
        finally:
            ledger.close()
        results += mine
        if not any(r.left for r in mine):
            state.withdraw(leftover.drill.drill)
    return results


def clear_the_way(state: HostState) -> list[PutBack]:
    """Refuse while the lever is pulled; put back what dead drills left. Raises Stuck where that fails."""
    if (reason := state.halted) is not None:
        raise Refused(f"drills are halted on this host ({reason}); lift it with `gameday resume --reason …`")
    results = recover(state)
    left = [r.left for r in results if r.left]
    if left:
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


def refuse_blinding(scenario: Scenario, settings: Settings, monitoring: Collection[str]) -> None:
    """Raises Refused where a fault acts on what the drill itself is read from, unless this workspace allows that."""
    if settings.limits.allow_monitoring_faults:
        return
    for injection in scenario.faults:
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
