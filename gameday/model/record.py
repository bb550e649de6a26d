"""A Record: everything a drill left on disk, read back as nouns. A review needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gameday.model.plan import Plan
from gameday.model.timeline import Timeline

FaultState = Literal["intended", "armed", "undone", "lost", "undo_failed", "unknown"]


@dataclass(frozen=True)
class FaultRecord:
    """What the ledger says about one fault. `undone_by` is worker, supervisor, guard or recover."""

    id: str
    fault: str
    target: str
    state: FaultState
    intended_at: datetime
    armed_at: datetime | None = None
    ended_at: datetime | None = None
    undone_by: str = ""
    detail: str = ""

    @property
    def removed(self) -> bool:
        """Whether it was verified that nothing of the fault is left."""
        return self.state in ("undone", "lost")


@dataclass(frozen=True)
class Record:
    """One drill as its bundle tells it. `journal` is Chaos Toolkit's status for each activity, in order."""

    plan: Plan
    timeline: Timeline
    faults: tuple[FaultRecord, ...] = ()
    damage: tuple[str, ...] = ()
    """Files that were cut short or altered, one sentence each."""
