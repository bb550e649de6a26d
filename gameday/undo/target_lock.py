"""A lock on a target, kept by the Docker daemon itself: a container that is created and never started.

Its name is the lock, since a daemon gives a name once: two drills cannot hit one target, not even from two hosts. Its labels
say who holds it, and what must be put back where every ledger is gone. It needs no image but the target's own.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gameday.undo.docker_host import DockerHost, Made, NameTaken
from gameday.undo.ledger import Ledger, OpenFault
from gameday.undo.owner import owner_labels, owner_of
from gameday.undo.put_back import PutBack, undo

LOCK, DRILL, TOKEN, FAULTS = "gameday.lock", "gameday.run", "gameday.token", "gameday.undo"
"""Labels: the container that is locked, the drill, its fencing token, and its faults with their undo steps as JSON."""
PATIENCE = 10.0
"""Seconds to undo what a dead owner left."""


class TargetLocked(Exception):
    """Somebody else holds the target. The message says who, and until when at most."""


class TargetStuck(Exception):
    """A dead owner left a fault on the target that cannot be put back. The message has the command for it."""


@dataclass(frozen=True)
class TargetLock:
    """A lock as its container tells it."""

    container: str
    name: str
    target: str
    drill: str
    token: str
    lease: float
    """Seconds for which it holds where nobody can see whether its owner lives."""
    faults: tuple[OpenFault, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class LockWanted:
    """A container to be locked, and the faults planned for it: `{"id", "fault", "undo"}`, `undo` as in a ledger line."""

    container: str
    name: str
    faults: Sequence[Mapping[str, Any]]


def take_locks(host: DockerHost, wanted: Sequence[LockWanted], drill: str, token: str, lease: float) -> list[TargetLock]:
    """Lock every target, or none. A lock whose owner is dead is freed first, after its undo. Raises TargetLocked or TargetStuck."""
    taken: list[TargetLock] = []
    with contextlib.ExitStack() as unless_all:
        for one in wanted:
            lock = _take(host, one, drill, token, lease)
            unless_all.callback(host.discard, lock.container)
            taken.append(lock)
        unless_all.pop_all()
    return taken


def free_locks(host: DockerHost, ledger: Ledger) -> None:
    """Free the locks that a ledger tells of. A lock is named by its container, so that nobody else's is ever freed."""
    for line in ledger.read().of("locked"):
        host.discard(str(line["lock"]))


def lock_of(made: Made) -> TargetLock:
    """Read a lock off its container. What its labels do not tell is empty."""
    labels = made.labels
    return TargetLock(
        container=made.id, name=made.name, target=labels.get(LOCK, ""), drill=labels.get(DRILL, ""), token=labels.get(TOKEN, ""),
        lease=made.lease, faults=_faults(labels.get(FAULTS, "[]")),
    )  # fmt: skip


def undo_lock(host: DockerHost, lock: TargetLock) -> list[PutBack]:
    """Undo what the lock tells of, newest first, then free it. It stays where something could not be put back."""
    results = [undo(host, fault, PATIENCE) for fault in reversed(lock.faults)]
    if not any(r.left for r in results):
        host.discard(lock.container)
    return results


def _take(host: DockerHost, wanted: LockWanted, drill: str, token: str, lease: float) -> TargetLock:
    name = f"gameday-lock-{wanted.name}"
    labels = {LOCK: wanted.container, DRILL: drill, TOKEN: token, FAULTS: json.dumps(list(wanted.faults)), **owner_labels(lease)}
    for _ in range(3):
        try:
            made = host.create_unstarted(name, wanted.container, labels)
        except NameTaken:
            _free_if_dead(host, name)
            continue
        return TargetLock(made, name, wanted.container, drill, token, lease)
    raise TargetLocked(f"{wanted.name} is wanted by several drills at this very moment; try again")


def _free_if_dead(host: DockerHost, name: str) -> None:
    """Raises TargetLocked where the holder may live."""
    held = next((made for made in host.made({LOCK: ""}) if made.name == name), None)
    if held is None:
        if host.exists(name):
            raise TargetLocked(f"a container that is not gameday's has the name {name}; rename or remove it: docker rm {name}")
        return
    lock, owner = lock_of(held), owner_of(held.labels)
    if held.may_live:
        until = (
            f"; {owner} cannot be seen from here, so its lock holds for {(held.lease - held.age) / 60:.0f} min more"
            if not _seen(held)
            else ""
        )
        raise TargetLocked(
            f"{name.removeprefix('gameday-lock-')} is locked by drill {lock.drill} ({owner}); wait until it ends, or stop it with"
            f" `gameday halt` on its host{until}. If nobody drills there: docker rm {name}"
        )
    if left := [r.left for r in undo_lock(host, lock) if r.left]:
        raise TargetStuck(f"drill {lock.drill} died and left a fault that could not be removed: {'; '.join(left)}")


def _seen(made: Made) -> bool:
    owner = owner_of(made.labels)
    return owner is not None and owner.within_sight


def _faults(text: str) -> tuple[OpenFault, ...]:
    try:
        told = json.loads(text)
        return tuple(OpenFault(str(f["id"]), str(f["fault"]), str(f["target"]), dict(f["undo"]), "armed", "", armed_at="?") for f in told)
    except (KeyError, TypeError, ValueError):
        return ()
