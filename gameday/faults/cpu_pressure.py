"""Busy processes beside the service, inside its container.

What it does: So many `workers` count in a loop and take processor time from the service. They end by themselves after
    `at_most`, even when gameday, its guard and its host's daemon are dead. Needs only `sh` inside the container.
The incident it stands for: A runaway thread, a noisy neighbour, a batch job at the wrong hour: slow, not down.
Undo: `marked_processes_kill`: exactly these processes, found by a marker in their arguments; counted until none is left.
Blast radius: One container, up to its processor limit; without a limit, the host's processors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.injection import GRACE, USUAL_CEILING
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

LOOP = (
    "read -r now rest < /proc/uptime; end=$((${now%%.*} + %d)); i=%d; while [ $i -gt 0 ]; do i=$((i-1)); "
    "(while read -r now rest < /proc/uptime && [ ${now%%.*} -lt $end ]; do n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; done) & "
    "done; wait"
)


class CpuPressure(Noun):
    """`{fault: cpu_pressure, target: shop, workers: 4}`."""

    name: ClassVar[str] = "cpu_pressure"
    deeds: ClassVar[Deeds] = Deeds()

    workers: Annotated[int, Field(ge=1, le=64)] = 2
    """Busy processes; each takes one processor where it is free."""
    at_most: Duration = USUAL_CEILING
    """The injection's own ceiling, after which the busy processes end by themselves."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before = environment.state(target)
        environment.run(target, "sh", "-c", "exit 0")
        return Undo.of(
            target,
            before,
            UndoStep(verb="marked_processes_kill", arguments={"container": target.container, "marker": target.marker(self.name)}),
        )

    def inject(self, environment: Environment, target: Target) -> None:
        seconds = round((self.at_most + GRACE).total_seconds())
        environment.start(target, LOOP % (seconds, self.workers), target.marker(self.name))

    def is_live(self, environment: Environment, target: Target) -> bool:
        """Every worker runs, and the shell that waits for them."""
        return environment.marked(target, target.marker(self.name)) > self.workers
