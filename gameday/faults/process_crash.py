"""Crash a container's main process, and let its restart policy act.

What it does: SIGKILL to the main process from the host. Docker sees a crash, not a stop by hand, so a restart policy
    brings the container back. Needs root on the kernel that runs the container: not Docker Desktop, not a remote daemon.
The incident it stands for: A segmentation fault, the kernel's out-of-memory killer: a process that is gone from one
    instant to the next, and perhaps comes back.
Undo: `container_start`, done already where the policy brought it back.
Blast radius: One container. Its memory and open connections are lost; its volumes stay.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.noun import Noun
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class ProcessCrash(Noun):
    """`fault: process_crash` has no fields of its own."""

    name: ClassVar[str] = "process_crash"
    deeds: ClassVar[Deeds] = Deeds(injecting=("die", "start"), undoing=("start",))

    def prepare(self, environment: Environment, target: Target) -> Undo:
        environment.processes(target)  # refuses, before anything is broken, where they cannot be reached
        return Undo.of(target, environment.state(target), UndoStep(verb="container_start", arguments={"container": target.container}))

    def inject(self, environment: Environment, target: Target) -> None:
        main = environment.processes(target)[:1]
        environment.signal(target, main, signal.SIGKILL)

    def is_live(self, environment: Environment, target: Target) -> bool:
        """It crashed: it does not run, is about to be restarted, or was restarted since it was injected."""
        now = environment.state(target)
        return now["running"] == "false" or now["restarting"] == "true" or now["started_at"] != target.started_at
