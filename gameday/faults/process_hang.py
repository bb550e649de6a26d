"""Stop a container's processes where they are, as a debugger would.

What it does: SIGSTOP to every process of the container, from the host. Unlike `container_pause`, Docker does not know:
    health checks start, wait and fail, and so does whatever watches them. Needs root on the kernel that runs the container.
The incident it stands for: A deadlock, an endless loop that holds every lock: the process is there and does nothing.
Undo: `processes_continue`: SIGCONT to every process of the container that is stopped, verified by the kernel's state of each.
Blast radius: One container. What waits for it without a time-out waits until the undo.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, ClassVar

from gameday.errors import Refused
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class ProcessHang(Noun):
    """`fault: process_hang` has no fields of its own."""

    name: ClassVar[str] = "process_hang"
    deeds: ClassVar[Deeds] = Deeds()

    def prepare(self, environment: Environment, target: Target) -> Undo:
        before = environment.state(target)
        if any(p.state == "T" for p in environment.processes(target)):
            raise Refused(f"a process of {target.name} is stopped already, by somebody else; let it go on first (kill -CONT)")
        return Undo.of(target, before, UndoStep(verb="processes_continue", arguments={"container": target.container}))

    def inject(self, environment: Environment, target: Target) -> None:
        for _ in range(2):  # the second time for what was just being started
            environment.signal(target, environment.processes(target), signal.SIGSTOP)

    def is_live(self, environment: Environment, target: Target) -> bool:
        """Its main process is stopped, and so is whatever it had started; health checks may come and go."""
        main, *others = environment.processes(target)
        return main.state == "T" and (not others or any(p.state == "T" for p in others))
