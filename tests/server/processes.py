"""Servers and agents in real processes that can be killed, started in milliseconds; each opens the store itself."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from gameday.bundle.host_state import HostState
from gameday.conduct.clock import Clock
from gameday.errors import GamedayError
from gameday.server.agent import Agent
from gameday.server.host import Host
from gameday.server.scheduler import Scheduler
from gameday.server.silence import Silence
from gameday.store.opening import open_store
from tests.server.place import Written, once

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.server.processes"])
Moments = Sequence[tuple[str, datetime]]


def serve(root: Path, url: str, host: str, moments: Moments, since: datetime, lease: float) -> None:
    """A server with these schedules, each due once."""
    schedules = [once(name, at) for name, at in moments]
    me = Host(HostState(root / f"state-{host}"))
    server = Scheduler(open_store(url), me, f"server-{os.getpid()}", Written(schedules, since), silence=Silence(lease))
    while True:
        with suppress(GamedayError):
            server.tick()
        time.sleep(0.02)


def work(root: Path, url: str, host: str, at_once: int) -> None:
    """An agent whose drills are the program of the workspace."""
    me = Host(HostState(root / f"state-{host}"))
    agent = Agent(open_store(url), me, root, lambda: "", at_once, [str(root / "program")], Clock())
    agent.run(lambda: "")


@dataclass
class Crew:
    """Processes by name. One that was killed is started again with the same words."""

    _made: dict[str, Callable[[], BaseProcess]] = field(default_factory=dict)
    alive: dict[str, BaseProcess] = field(default_factory=dict)

    def start(self, name: str, target: Callable[..., None], *words: Any) -> None:
        self._made[name] = lambda: _CONTEXT.Process(target=target, args=words, name=name, daemon=True)
        self.again(name)

    def again(self, name: str) -> None:
        self.alive[name] = self._made[name]()
        self.alive[name].start()

    def kill(self, name: str) -> None:
        """As `kill -9`: nothing of it gets to say goodbye."""
        process = self.alive.pop(name)
        with suppress(ProcessLookupError):
            os.kill(process.pid or 0, signal.SIGKILL)
        process.join(10)
        process.close()


@contextmanager
def crew() -> Iterator[Crew]:
    made = Crew()
    try:
        yield made
    finally:
        for name in list(made.alive):
            made.kill(name)
