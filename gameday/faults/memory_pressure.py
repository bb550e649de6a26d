"""A process that holds memory, inside the service's container.

What it does: Takes `megabytes` and holds them. Near the container's limit the kernel begins to reclaim, then to kill: what it
    kills may be this process or the service. It ends by itself after `at_most`. Needs `sh`, `head`, `tail` and `sleep` inside.
The incident it stands for: A leak, a cache without bounds, a request that reads a whole table.
Undo: `marked_processes_kill`: exactly this process and its helpers; then `container_start`, where the kernel killed the service.
Blast radius: One container. Refused where it has no memory limit, since the host would be the one to run out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import Refused
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.injection import GRACE, USUAL_CEILING
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

HOLD = "{ head -c %d /dev/zero; sleep %d; } | tail -n 1 > /dev/null"
"""`tail` keeps what may still be the last line, and zeros never end one."""
NEEDS = "command -v head && command -v tail && command -v sleep"
HELD = (
    "sum=0; for file in /proc/[0-9]*/status; do while read -r key value rest; do "
    '[ "$key" = VmRSS: ] && sum=$((sum+value)); done < "$file"; done 2>/dev/null; echo $sum'
)


class MemoryPressure(Noun):
    """`{fault: memory_pressure, target: shop, megabytes: 80}`."""

    name: ClassVar[str] = "memory_pressure"
    deeds: ClassVar[Deeds] = Deeds(injecting=("oom",), undoing=("start",))

    megabytes: Annotated[int, Field(ge=1, le=65_536, examples=[80])]
    """How much it holds."""
    at_most: Duration = USUAL_CEILING
    """The same as its injection's."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before = environment.state(target)
        limit = int(before.get("memory_limit", "0")) // 2**20
        if not limit:
            raise Refused(f"{target.name} has no memory limit, so the host would run out; set one (`mem_limit`) in its Compose file")
        if self.megabytes > limit:
            raise Refused(f"{target.name} may use {limit} MB; write no more than that in `megabytes`")
        if environment.run(target, "sh", "-c", NEEDS).code:
            raise Refused(f"{target.name} has no `head`, `tail` and `sleep`, which memory_pressure needs inside")
        arguments = {"container": target.container, "marker": target.marker(self.name)}
        return Undo.of(
            target,
            before,
            UndoStep(verb="marked_processes_kill", arguments=arguments),
            UndoStep(verb="container_start", arguments={"container": target.container}),
        )

    def inject(self, environment: Environment, target: Target) -> None:
        seconds = round((self.at_most + GRACE).total_seconds())
        environment.start(target, HOLD % (self.megabytes * 2**20, seconds), target.marker(self.name))

    def is_live(self, environment: Environment, target: Target) -> bool:
        """Its processes run, and the container's together hold as much as it was told to take."""
        if not environment.marked(target, target.marker(self.name)):
            return False
        held = environment.run(target, "sh", "-c", HELD).output.strip()
        return held.isdecimal() and int(held) >= self.megabytes * 1024
