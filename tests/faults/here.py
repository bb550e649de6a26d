"""A target whose inside is this very host: scripts of faults run for real, on files of a test."""

from __future__ import annotations

import subprocess
from typing import Any

from gameday.model.host import Ran
from gameday.model.plan import Target
from gameday.undo.docker_host import ContainerState, NotDone
from tests.faults.place import Place


class Here(Place):
    """What runs inside runs here, as whoever runs the tests."""

    def __init__(self, **surroundings: str) -> None:
        super().__init__()
        self.surroundings = {"PATH": "/usr/bin:/bin", **surroundings}

    def run(self, target: Target, *command: str, user: str = "") -> Ran:
        self.ran.append(command)
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=20,
            check=False,
            env=self.surroundings,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"))


class HostHere:
    """The same for an undo."""

    def __init__(self, *, running: bool = True) -> None:
        self.running = running
        self.signals: list[str] = []
        self.users: set[str] = set()

    def state(self, container: str) -> ContainerState:
        return ContainerState(self.running, False, "t0")

    def can_be_entered(self, container: str) -> bool:
        return self.running

    def signal(self, container: str, signal: str) -> None:
        self.signals.append(signal)

    def run(self, container: str, command: tuple[str, ...], user: str = "") -> str:
        self.users.add(user)
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=20, check=False)
        if ran.returncode:
            raise NotDone(ran.stdout.decode())
        return ran.stdout.decode().strip()


def undone(undo: Any, host: Any = None) -> list[str]:
    """Runs the steps of an undo, as the interpreter does; what each said."""
    from gameday.undo import VERBS

    there: Any = host or HostHere()
    return [VERBS[step.verb](there, dict(undo.identity), dict(step.arguments)) for step in undo.steps]
