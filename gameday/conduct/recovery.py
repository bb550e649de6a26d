"""What dead drills left, found by their ledgers and, where those are gone, in the Docker daemon; and putting it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docker.errors import DockerException
from requests.exceptions import RequestException

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState, RunningDrill
from gameday.daemon import Daemon
from gameday.errors import Missing
from gameday.undo.docker_host import DockerHost, host_of
from gameday.undo.ledger import Ledger, read_ledger
from gameday.undo.owner import OWNER
from gameday.undo.processes import is_alive, kill_group
from gameday.undo.put_back import PutBack, put_back
from gameday.undo.sweep import Orphan, find_orphans, put_orphans_back
from gameday.undo.target_lock import free_locks


@dataclass(frozen=True)
class Leftover:
    """A drill whose process died before it said that all is put back."""

    drill: RunningDrill
    faults: tuple[str, ...]
    processes: int
    damaged: int = 0
    """Lines of its ledger that are not whole."""


def leftovers(state: HostState) -> list[Leftover]:
    """Drills of this host that nobody conducts any more and that were never closed."""
    found = []
    for drill in state.announced():
        if drill.alive:
            continue
        page = read_ledger(Folder(Path(drill.folder)).ledger)
        alive = [p for p in page.of("process") if is_alive(int(p["pid"]), str(p["ticks"]))]
        faults = tuple(f"{f.fault} on {f.target}" for f in page.open)
        found.append(Leftover(drill, faults, len(alive), page.damaged))
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
        host = host_of(ledger)
        try:
            if not ledger.read().of("taken_over"):
                ledger.append_if_possible("taken_over", by=by, why="its process was gone")
            for line in ledger.read().of("process"):
                kill_group(int(line["pid"]), str(line["ticks"]))
            mine = put_back(ledger, by, host)
            if not any(r.left for r in mine):
                free_locks(host, ledger)
        finally:
            ledger.close()
            host.close()
        results += mine
        if not any(r.left for r in mine):
            state.withdraw(leftover.drill.drill)
    return results


def orphans(state: HostState, daemon: Daemon | None = None) -> list[Orphan]:
    """What is in a Docker daemon, this host's where none is given, and no drill of this host's records answers for. Raises Missing where the daemon does not answer."""
    try:
        return find_orphans(DockerHost(daemon), {drill.drill for drill in state.announced()})
    except (DockerException, RequestException, OSError) as error:
        raise Missing(
            "the Docker daemon does not answer, so it cannot be searched for what dead drills left; when it is back: `gameday recover`, "
            f"or by hand `docker ps -a --filter label={OWNER}`"
        ) from error


def sweep(found: Sequence[Orphan], daemon: Daemon | None = None) -> list[PutBack]:
    """Put back and remove what `orphans` found."""
    return put_orphans_back(DockerHost(daemon), found)
