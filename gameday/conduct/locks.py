"""The locks of a drill: one on each container that it may break, in the Docker daemon, before anything else happens."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from gameday.errors import InvalidInput, Refused, Stuck
from gameday.model.plan import Plan, PlannedFault, Target
from gameday.model.undo import Undo
from gameday.undo.docker_host import DockerHost, TargetGone
from gameday.undo.ledger import Ledger
from gameday.undo.target_lock import LockWanted, TargetLock, TargetLocked, TargetStuck, take_locks


def lock_targets(plan: Plan, host: DockerHost, lease: float) -> list[TargetLock]:
    """Lock what the plan may break; `lease` is how long the drill may take (seconds). Raises Refused where another drill holds one of it, and Stuck after a dead one that cannot be undone."""
    targets = {f.target.container: f.target for f in plan.faults}
    wanted = [wanted_for(target, [f for f in plan.faults if f.target.container == id_]) for id_, target in sorted(targets.items())]
    try:
        return lock(host, wanted, plan.drill, lease)
    except TargetGone as gone:
        raise InvalidInput(f"{targets[str(gone)].name} was removed since the plan was made; start again") from gone


def lock(host: DockerHost, wanted: Sequence[LockWanted], drill: str, lease: float) -> list[TargetLock]:
    """Lock all of these, or none. Raises Refused and Stuck as above."""
    try:
        return take_locks(host, wanted, drill, uuid4().hex, lease)
    except TargetLocked as held:
        raise Refused(str(held)) from held
    except TargetStuck as stuck:
        raise Stuck(str(stuck)) from stuck


def write_down(locks: Sequence[TargetLock], ledger: Ledger) -> None:
    """Tell the ledger of them, so that whoever undoes the drill's faults frees its locks too."""
    for one in locks:
        ledger.append("locked", lock=one.container, name=one.name, target=one.target, token=one.token, lease=one.lease)


def wanted_for(target: Target, faults: Sequence[PlannedFault], part: str = "") -> LockWanted:
    told = [{"id": f.id, "fault": f.fault, "target": f.target.service, "undo": undo_data(f.undo)} for f in faults]
    return LockWanted(target.container, target.name + part, told)


def undo_data(undo: Undo) -> dict[str, object]:
    """What undoing needs of it; what was read before is in the ledger and too long for a label."""
    return undo.model_dump(mode="json", include={"identity", "steps"})
