"""Give a container less processor time than it had.

What it does: Sets the quota of its control group to `cpus`, in the kernel and not in Docker's notes, whose undo would
    leave them different from before. Needs root on the kernel that runs the container.
The incident it stands for: A limit set too low, a smaller machine, a host that is short of processors: slow, not down.
Undo: `control_file_restore`: the text that stood in the control file before, verified by reading it back.
Blast radius: One container.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.errors import Refused
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class CpuLimit(Noun):
    """`{fault: cpu_limit, target: shop, cpus: 0.1}`."""

    name: ClassVar[str] = "cpu_limit"
    deeds: ClassVar[Deeds] = Deeds()

    cpus: Annotated[float, Field(ge=0.01, le=64, examples=[0.1])]
    """How many processors it may use; 0.1 is a tenth of one."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before, quota = environment.state(target), environment.cpu_quota(target)
        if quota.cpus <= self.cpus:
            raise Refused(f"{target.name} may use {quota.cpus:g} processors already; write less than that in `cpus`")
        arguments = {"container": target.container, "path": quota.path, "text": quota.text}
        return Undo.of(target, before, UndoStep(verb="control_file_restore", arguments=arguments), quota=quota.text)

    def inject(self, environment: Environment, target: Target) -> None:
        environment.set_cpu_quota(target, self.cpus)

    def is_live(self, environment: Environment, target: Target) -> bool:
        return math.isclose(environment.cpu_quota(target).cpus, self.cpus, rel_tol=0.01)
