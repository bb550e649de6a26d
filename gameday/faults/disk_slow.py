"""Slow down the disk of a container.

What it does: The kernel lets the container read and write its disk at `rate` at most (control groups: blkio throttling, or
    `io.max`). With version 1 of control groups a write counts when it must reach the disk (fsync, direct); what stays in the
    page cache is as quick as ever, in both directions. Needs root on the kernel that runs the container.
The incident it stands for: A disk that dies slowly, a volume whose burst credits are used up, a neighbour's backup.
Undo: `disk_limit_restore`: what the control files said before, verified by reading them back.
Blast radius: One container; with it what waits for its commits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import Refused
from gameday.model.host import Deeds, DiskLimit
from gameday.model.noun import Noun
from gameday.model.path_inside import PathInside
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class DiskSlow(Noun):
    """`{fault: disk_slow, target: db, path: /var/lib/postgresql, rate: 512}`."""

    name: ClassVar[str] = "disk_slow"
    deeds: ClassVar[Deeds] = Deeds()

    rate: Annotated[int, Field(ge=1, le=10_000_000, examples=[512])]
    """Kilobytes a second, for reading and for writing each."""
    path: PathInside = "/tmp"  # noqa: S108  # a path inside, of which only its disk matters
    """A folder inside; the disk under it is slowed down, wherever the container uses it."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, now = environment.state(target), environment.disk_limit(target, self.path)
        if now.files == self._slow(now).files:
            raise Refused(f"{target.name} uses the disk under {self.path} at that rate already; write another in `rate`")
        arguments = {"container": target.container, "device": now.device, "before": json.dumps(dict(now.files))}
        return Undo.of(target, before, UndoStep(verb="disk_limit_restore", arguments=arguments), disk=now.device)

    def inject(self, environment: Environment, target: Target) -> None:
        environment.set_disk_limit(target, self._slow(environment.disk_limit(target, self.path)))

    def is_live(self, environment: Environment, target: Target) -> bool:
        now = environment.disk_limit(target, self.path)
        return now.files == self._slow(now).files

    def _slow(self, now: DiskLimit) -> DiskLimit:
        rate = self.rate * 1024
        return now._replace(files={file: _at(rate, file, said) for file, said in now.files.items()})


def _at(rate: int, file: str, said: str) -> str:
    """What the file says then: of `io.max` only the bytes change, in the order in which the kernel tells them."""
    if not file.endswith("io.max"):
        return str(rate)
    _, _, *operations = said.split()
    return " ".join([f"rbps={rate}", f"wbps={rate}", *operations])
