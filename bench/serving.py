"""How soon a due slot starts: a server with a thousand schedules and a long past, an agent of its own, drills that end at once."""

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
from gameday.model.schedule import Role, Schedule, When
from gameday.model.slot import Slot
from gameday.schedule.agenda import Agenda
from gameday.server.agent import Agent
from gameday.server.host import Host
from gameday.server.planning import errand_of
from gameday.server.scheduler import Scheduler
from gameday.server.serve import TICK
from gameday.store.opening import open_store
from gameday.store.rows import row_of
from gameday.store.tables import SLOTS as SLOTS_TABLE

SLOTS = 12
PAST = 12_000
"""Slots that ran before, all within a year: whoever takes part is chosen by all of them."""
PEOPLE = Role.model_validate({"from": [f"p{n}" for n in range(60)], "seats": 2})
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
        _live_through_a_year(root)
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


def _live_through_a_year(root: Path) -> None:
    database = open_store(_url(root))
    now = datetime.now(UTC)
    schedule = _schedule("past", When(cron="0 0 1 1 *"))
    rows = []
    for n in range(PAST):
        moment = now - timedelta(minutes=30 * (n + 1))
        errand = errand_of(schedule, Slot(schedule="past", moment=moment, ends=moment + timedelta(hours=1)))
        people = (f"p{n % 60}", f"p{(n + 1) % 60}")
        rows.append(row_of(errand.model_copy(update={"roster": {"responder": people}})) | {"state": "ran", "fence": 3, "why": ""})
    with database.writing() as connection:
        connection.execute(SLOTS_TABLE.insert(), rows)
    database.close()


class _Written:
    def __init__(self, moments: list[datetime]) -> None:
        due = [_schedule(f"due-{n:02}", When(once=m.replace(tzinfo=None)), {"responder": PEOPLE}) for n, m in enumerate(moments)]
        self._schedules = [*due, *(_schedule(f"other-{n}", When(cron=f"{n % 60} {n % 24} * * MON")) for n in range(1000 - len(due)))]

    def changed(self) -> bool:
        return False

    def read(self) -> tuple[Agenda, Mapping[str, datetime]]:
        return Agenda(self._schedules), {s.name: datetime.now(UTC) for s in self._schedules}


def _schedule(name: str, when: When, roles: Mapping[str, Role] | None = None) -> Schedule:
    return Schedule(name=name, title="A drill of nothing", scenario="scenarios/calm.yaml", when=when, roles=roles or {})


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
