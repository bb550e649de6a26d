"""A workspace with schedules, a store, a host of its own and a drill program that takes a moment: nothing here needs Docker."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gameday.bundle.host_state import HostState
from gameday.conduct.clock import Clock
from gameday.model.schedule import Schedule, When
from gameday.model.slot import SlotRecord
from gameday.schedule.agenda import Agenda
from gameday.server.agent import Agent
from gameday.server.host import Host
from gameday.server.scheduler import Scheduler
from gameday.server.silence import Silence
from gameday.store.database import Database
from gameday.store.memory import Memory
from gameday.store.opening import open_store

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
PROGRAM = """#!/bin/sh
# A drill: makes its folder once, says so, takes a moment, ends with the code that a file asks for.
for word; do case $word in --drill=*) drill=${word#--drill=} ;; esac; done
[ -z "$(cat refuse 2>/dev/null)" ] || { echo "gameday: $(cat refuse)" >&2; exit 3; }
sleep "$(cat before 2>/dev/null || echo 0)"
mkdir -p reports; mkdir "reports/$drill" || { echo "$drill" >>twice; exit 9; }
echo "$drill" >>began
trap 'echo "$drill" >>undone; exit 143' TERM
n=0; while [ $n -lt "$(cat takes 2>/dev/null || echo 0)" ]; do sleep 0.02; n=$((n+1)); done
echo "$drill" >>ended
exit "$(cat code 2>/dev/null || echo 0)"
"""


@dataclass
class FakeClock(Clock):
    """Goes when it is told to."""

    at: datetime = NOON
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at

    def boottime(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.01))

    def go(self, **span: float) -> None:
        self.at += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()


@dataclass
class Written:
    """Schedules as a test writes them, in place of files."""

    schedules: Sequence[Schedule]
    since: datetime = NOON - timedelta(minutes=1)
    new: bool = False

    def changed(self) -> bool:
        was, self.new = self.new, False
        return was

    def read(self) -> tuple[Agenda, Mapping[str, datetime]]:
        return Agenda(self.schedules), {s.name: self.since for s in self.schedules}


def once(name: str, at: datetime = NOON, **more: Any) -> Schedule:
    when = When(once=at.replace(tzinfo=None))
    return Schedule(name=name, title=f"Drill {name}", scenario="scenarios/calm.yaml", when=when, **more)


def hourly(name: str, **more: Any) -> Schedule:
    return Schedule(name=name, title=f"Drill {name}", scenario="scenarios/calm.yaml", when=When(cron="0 * * * *"), **more)


@dataclass
class Place:
    """One workspace; any number of hosts, servers and agents."""

    root: Path
    url: str = ""
    clock: FakeClock = field(default_factory=FakeClock)
    left: str = ""
    recovered: int = 0
    opened: list[Database] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.root / "scenarios").mkdir(parents=True, exist_ok=True)
        (self.root / "scenarios" / "calm.yaml").touch()
        self.program.write_text(PROGRAM)
        self.program.chmod(0o700)
        self.url = self.url or f"sqlite:///{self.root / 'store.db'}"
        self.database = self.open()

    @property
    def program(self) -> Path:
        return self.root / "program"

    def open(self) -> Database:
        self.opened.append(open_store(self.url))
        return self.opened[-1]

    def close(self) -> None:
        for database in self.opened:
            database.close()

    def host(self, name: str = "a") -> Host:
        return Host(HostState(self.root / f"state-{name}"))

    def server(
        self, *schedules: Schedule, host: str = "a", name: str = "", since: datetime | None = None, lease: float = 15.0
    ) -> Scheduler:
        source = Written(schedules, since or NOON - timedelta(minutes=1))
        return Scheduler(self.database, self.host(host), name or f"server-{host}", source, self.clock, lambda: "salt", Silence(lease))

    def agent(self, host: str = "a", at_once: int = 8, name: str = "") -> Agent:
        return Agent(self.database, self.host(host), self.root, self._recover, at_once, [str(self.program)], self.clock, name)

    def _recover(self) -> str:
        self.recovered += 1
        return self.left

    def records(self) -> Sequence[SlotRecord]:
        return Memory(self.database).records()

    def said(self, name: str) -> list[str]:
        path = self.root / name
        return path.read_text().split() if path.exists() else []

    def set(self, name: str, value: object) -> None:
        (self.root / name).write_text(str(value))

    def crashed(self, drill: str) -> None:
        """A drill whose process died: a folder, and no review."""
        (self.root / "reports" / drill).mkdir(parents=True)

    def reviewed(self, drill: str, review: Mapping[str, Any]) -> None:
        self.crashed(drill)
        (self.root / "reports" / drill / "review.json").write_text(json.dumps(review))


def await_that(condition: Callable[[], Any], otherwise: str, within: float = 10.0, step: Callable[[], Any] = lambda: None) -> Any:
    """Wait for a condition, doing a step between looks; a failure when it does not come."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {otherwise}")
        step()
        time.sleep(0.01)
    return value


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
