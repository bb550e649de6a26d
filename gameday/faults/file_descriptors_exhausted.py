"""Let a container's processes open no more files and connections.

What it does: Sets the kernel's limit on open files of each process to `limit`. What is open stays open; the next connection,
    file or log cannot be opened. Needs root on the kernel that runs the container.
The incident it stands for: A leak of connections or files, or a limit that was never raised: "too many open files".
Undo: `file_limits_restore`: the limit that stood before, for each process that still has ours, verified by reading it back.
Blast radius: One container. Clients of it see refused or hanging connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import Refused
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class FileDescriptorsExhausted(Noun):
    """`{fault: file_descriptors_exhausted, target: shop, limit: 12}`."""

    name: ClassVar[str] = "file_descriptors_exhausted"
    deeds: ClassVar[Deeds] = Deeds()

    limit: Annotated[int, Field(ge=4, le=1_000_000, examples=[12])]
    """How many files and connections a process may have open."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, now = environment.state(target), environment.file_limit(target)
        if now <= self.limit:
            raise Refused(f"{target.name} may open {now} files already; write less than that in `limit`")
        arguments = {"container": target.container, "injected": str(self.limit), "before": str(now)}
        return Undo.of(target, before, UndoStep(verb="file_limits_restore", arguments=arguments), open_files=str(now))

    def inject(self, environment: Environment, target: Target) -> None:
        environment.set_file_limit(target, self.limit)

    def is_live(self, environment: Environment, target: Target) -> bool:
        return environment.file_limit(target) == self.limit
