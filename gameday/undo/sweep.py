"""What dead drills left in a Docker daemon where their ledgers are gone: found by labels and markers, put back, removed.

A living drill is never harmed: what carries its owner's labels is left alone, and so is everything on a target that it holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from gameday.undo.docker_host import DockerHost, Made
from gameday.undo.ledger import OpenFault
from gameday.undo.owner import OWNER
from gameday.undo.put_back import PutBack, by_hand, undo
from gameday.undo.target_lock import DRILL, LOCK, PATIENCE, lock_of

TARGET, ALLOW = "gameday.target", "gameday.allow"
"""Labels: the container that a sidecar stands beside; the opt-in."""
SIDECAR = "gameday-network-"
"""A sidecar's name is this and the key of its rules."""
_MARKED = re.compile(r"gameday\.fault=([a-z0-9_.-]{1,120})")


@dataclass(frozen=True)
class Orphan:
    """Something that nobody alive owns: what it is, the faults that it stands for, and the container that goes with it."""

    what: str
    faults: tuple[OpenFault, ...]
    container: str = ""

    @property
    def by_hand(self) -> str:
        """The commands that do it without gameday."""
        remove = f"docker rm -f {self.container[:12]}" if self.container else ""
        undos = [by_hand(f).removeprefix("by hand: ") for f in reversed(self.faults)]
        return " && ".join(words for words in (*undos, remove) if words)


def find_orphans(host: DockerHost, known: Collection[str] = ()) -> list[Orphan]:
    """Reads only. `known` are drills that somebody else looks after: those alive, and those whose ledgers are there."""
    made = host.made({OWNER: ""})
    guarded = {m.labels.get(DRILL, "") for m in made if LOCK in m.labels and m.may_live} | set(known) - {""}
    held = {m.labels[LOCK] for m in made if LOCK in m.labels and m.labels.get(DRILL) in guarded}
    dead = [m for m in made if not m.may_live and m.labels.get(DRILL, "") not in guarded]
    # Locks first: what they tell is exact. What they put back is then gone when the others are looked at.
    found = [_of_container(m) for m in sorted(dead, key=lambda m: LOCK not in m.labels)]
    return [*found, *_marked(host, held)]


def put_orphans_back(host: DockerHost, orphans: Iterable[Orphan]) -> list[PutBack]:
    """Undo and remove each. One that cannot be put back keeps its container, which tells what to do, and stops no other."""
    results: list[PutBack] = []
    for orphan in orphans:
        mine = [undo(host, fault, PATIENCE) for fault in reversed(orphan.faults)]
        if orphan.container and not any(r.left for r in mine):
            host.discard(orphan.container)
        results += mine
    return results


def residue(host: DockerHost, drill: str, targets: Collection[str]) -> list[str]:
    """What is still in the daemon of a drill that has put everything back, its locks aside."""
    helpers = [f"the helper {made.name}" for made in host.made({DRILL: drill}) if LOCK not in made.labels]
    inside = [f"a process of {marker} inside {t[:12]}" for t in targets for marker in _markers(host, t)]
    return helpers + inside


def _markers(host: DockerHost, container: str) -> list[str]:
    return sorted({m for line in host.command_lines(container) for m in _MARKED.findall(line)})


def _of_container(made: Made) -> Orphan:
    drill = f"drill {made.labels[DRILL]}" if made.labels.get(DRILL) else "no drill"
    if LOCK in made.labels:
        return Orphan(f"the lock {made.name} of {drill}", lock_of(made).faults, made.id)
    if TARGET in made.labels and made.name.startswith(SIDECAR):
        return Orphan(f"the sidecar {made.name} of {drill}", (_of_sidecar(made),), made.id)
    return Orphan(f"the helper {made.name}", (), made.id)


def _of_sidecar(made: Made) -> OpenFault:
    """Its key is its own, so that looking for it harms nothing, whatever became of the target since."""
    arguments = {"container": made.labels[TARGET], "key": made.name.removeprefix(SIDECAR), "image": made.image}
    steps = [{"verb": "sidecar_remove", "arguments": {"sidecar": made.name}}, {"verb": "network_clear", "arguments": arguments}]
    return OpenFault("?", "a network fault", made.labels[TARGET][:12], {"identity": {}, "steps": steps}, "armed", "", armed_at="?")


def _marked(host: DockerHost, held: Collection[str]) -> list[Orphan]:
    """Processes that faults left inside containers that may be broken and that nobody alive holds."""
    found = []
    for container in host.made({ALLOW: ""}):
        if not container.running or container.id in held:
            continue
        for marker in _markers(host, container.id):
            step = {"verb": "marked_processes_kill", "arguments": {"container": container.id, "marker": marker}}
            fault = OpenFault("?", marker.partition(".")[0], container.name, {"identity": {}, "steps": [step]}, "armed", "", armed_at="?")
            found.append(Orphan(f"processes of {fault.fault} inside {container.name}", (fault,)))
    return found
