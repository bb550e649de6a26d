"""How soon a due slot starts: a server with a thousand schedules, an agent in a process of its own, drills that end at once."""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gameday.bundle.host_state import HostState
from gameday.model.schedule import Schedule, When
from gameday.schedule.agenda import Agenda
from gameday.server.agent import Agent
from gameday.server.host import Host
from gameday.server.scheduler import Scheduler
from gameday.server.serve import TICK
from gameday.store.opening import open_store

SLOTS = 12
PROGRAM = """#!/bin/sh
for word; do case $word in --drill=*) drill=${word#--drill=} ;; esac; done
mkdir -p "reports/$drill"; date +%s.%N >"reports/$drill/began"
"""


def slot_starts() -> tuple[float, float]:
    """Median and worst seconds from a slot's moment until its drill's process runs."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "scenarios").mkdir()
        (root / "scenarios" / "calm.yaml").touch()
        (root / "program").write_text(PROGRAM)
        (root / "program").chmod(0o700)
        agent = multiprocessing.get_context("spawn").Process(target=_agent, args=(root,), daemon=True)
        agent.start()
        host = Host(HostState(root / "state"))
        while not host.has_agent():
            time.sleep(0.05)
        begin = datetime.now(UTC) + timedelta(seconds=2)
        moments = [begin + timedelta(seconds=n * 0.37) for n in range(SLOTS)]
        over = threading.Event()
        server = threading.Thread(target=_serve, args=(root, host, moments, over))
        server.start()
        time.sleep(2 + SLOTS * 0.37 + 3)
        over.set()
        server.join()
        agent.kill()
        agent.join()
        began = sorted(float(path.read_text()) for path in (root / "reports").glob("*/began"))
    late = [b - m.timestamp() for b, m in zip(began, moments, strict=True)]
    return statistics.median(late), max(late)


class _Written:
    def __init__(self, moments: list[datetime]) -> None:
        due = [_schedule(f"due-{n:02}", When(once=m.replace(tzinfo=None))) for n, m in enumerate(moments)]
        self._schedules = [*due, *(_schedule(f"other-{n}", When(cron=f"{n % 60} {n % 24} * * MON")) for n in range(1000 - len(due)))]

    def changed(self) -> bool:
        return False

    def read(self) -> tuple[Agenda, Mapping[str, datetime]]:
        return Agenda(self._schedules), {s.name: datetime.now(UTC) for s in self._schedules}


def _schedule(name: str, when: When) -> Schedule:
    return Schedule(name=name, title="A drill of nothing", scenario="scenarios/calm.yaml", when=when)


def _serve(root: Path, host: Host, moments: list[datetime], over: threading.Event) -> None:
    scheduler = Scheduler(open_store(_url(root)), host, "server", _Written(moments))
    while not over.wait(TICK):
        scheduler.tick()


def _agent(root: Path) -> None:
    agent = Agent(open_store(_url(root)), Host(HostState(root / "state")), root, lambda: "", 8, [str(root / "program")])
    agent.run(lambda: "")


def _url(root: Path) -> str:
    return f"sqlite:///{root / 'store.db'}"


if __name__ == "__main__":
    print("median {:.3f} s, worst {:.3f} s".format(*slot_starts()))
