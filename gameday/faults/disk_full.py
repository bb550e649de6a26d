"""Fill a small filesystem of a container.

What it does: Writes one file under `path` until nothing is free. The file goes by itself after `at_most`. Needs `sh`, `cat`,
    `df`, `sleep` and `rm` inside.
The incident it stands for: Logs that nobody rotates, a table that grows, temporary files of a job that failed.
Undo: `marked_processes_kill`, `container_start` where the service did not survive it, and `inside_file_remove`, verified.
Blast radius: What lies on that filesystem. Refused where it is larger than 512 MB or the container's own layer: others share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import InvalidInput, Refused
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.injection import GRACE, USUAL_CEILING
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

LARGEST = 512 * 1024
"""Kilobytes. A larger filesystem is not a container's own, and takes too long to fill."""
FULL = 64
"""Kilobytes that may be left where nothing more can be written."""
FILL = "cat /dev/zero > %s 2> /dev/null; sleep %d; rm -f %s"


class DiskFull(Noun):
    """`{fault: disk_full, target: db, path: /var/spool}`."""

    name: ClassVar[str] = "disk_full"
    deeds: ClassVar[Deeds] = Deeds(undoing=("start",))

    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_/-]{1,200}$", examples=["/var/spool"])]
    """A folder on the filesystem to fill: a tmpfs, or a small volume."""
    at_most: Duration = USUAL_CEILING
    """The same as its injection's."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before = environment.state(target)
        source, size, _ = self._filesystem(environment, target)
        if source == "overlay" or size > LARGEST:
            raise Refused(
                f"{self.path} of {target.name} lies on {source} with {size // 1024} MB, which others share; "
                f"mount a tmpfs or a small volume there (at most {LARGEST // 1024} MB)"
            )
        container = {"container": target.container}
        return Undo.of(
            target,
            before,
            UndoStep(verb="marked_processes_kill", arguments={**container, "marker": target.marker(self.name)}),
            UndoStep(verb="container_start", arguments=container),
            UndoStep(verb="inside_file_remove", arguments={**container, "path": self._file(target)}),
        )

    def inject(self, environment: Environment, target: Target) -> None:
        seconds, file = round((self.at_most + GRACE).total_seconds()), self._file(target)
        environment.start(target, FILL % (file, seconds, file), target.marker(self.name))

    def is_live(self, environment: Environment, target: Target) -> bool:
        _, _, free = self._filesystem(environment, target)
        return free <= FULL

    def _filesystem(self, environment: Environment, target: Target) -> tuple[str, int, int]:
        """What it lies on, and its size and free space in kilobytes."""
        said = environment.run(target, "df", "-P", "-k", self.path)
        fields = said.output.splitlines()[-1].split() if said.code == 0 else []
        if len(fields) < 6:
            raise InvalidInput(f"{target.name} has no folder {self.path}: {said.output.strip()[-100:]}")
        return fields[0], int(fields[1]), int(fields[3])

    def _file(self, target: Target) -> str:
        return f"{self.path.rstrip('/')}/.gameday-{target.container[:12]}"
