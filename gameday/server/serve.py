"""One server, put together: scheduler, herald, health, and an agent where there is none."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gameday.errors import GamedayError
from gameday.server.agent_process import AgentProcess
from gameday.server.health import Health, HealthServer
from gameday.server.herald import Herald
from gameday.server.scheduler import Scheduler
from gameday.store.slots import Slots

TICK = 0.1
STANDS_STILL = 30.0
"""Seconds without a round of the loop after which a server counts as dead: longer than a store that hangs is waited for."""
LOG = logging.getLogger("gameday.server")


@dataclass
class Server:
    """Everything that one process of `gameday serve` does. `agent` is None where somebody else starts one."""

    scheduler: Scheduler
    herald: Herald
    agent: AgentProcess | None
    _round: float = field(default_factory=time.monotonic)
    _store: str = ""

    def health(self) -> Health:
        """Without a word to the store, which may hang: how it is, the loop knows."""
        return Health(
            alive=time.monotonic() - self._round < STANDS_STILL, store=self._store, agent=self.scheduler.host.has_agent(),
            trouble=self.scheduler.trouble, schedules=len(self.scheduler.agenda.schedules),
            late_seconds=self.scheduler.planning.taken_late, notices_sent=self.herald.sent, notices_failed=self.herald.failed,
            slots=Slots(self.scheduler.database).counts,
        )  # fmt: skip

    def run(self, over: Callable[[], bool], pages: HealthServer) -> None:
        """Until `over`. What the store refuses is tried again: a slot that could not be taken is still there at the next round."""
        done = threading.Event()
        herald = threading.Thread(target=self.herald.run, args=(done,), name="herald", daemon=True)
        # Raises InvalidInput and Missing: what is wrong from the start is said at once.
        self.scheduler.refresh()
        pages.start()
        herald.start()
        try:
            while not over():
                self._go_round()
                time.sleep(TICK if not self._store else 1.0)
        finally:
            done.set()
            if self.agent is not None:
                self.agent.stop()
            # The drills that were just ended are told of, too.
            herald.join(8)
            if not self._store:
                self.herald.try_to_tell()
            pages.stop()

    def _go_round(self) -> None:
        if self.agent is not None:
            self.agent.ensure()
        try:
            self.scheduler.tick()
            if self._store:
                LOG.info("the store answers again")
            self._store = ""
        except GamedayError as error:
            if not self._store:
                LOG.error("%s", error)
            self._store = str(error)
        self._round = time.monotonic()


@contextmanager
def signals() -> Iterator[list[int]]:
    """Ends on SIGTERM, SIGINT and SIGHUP: the list holds the first one. Further ones change nothing."""
    got: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, lambda n, _frame: got.append(n)) for number in numbers}
    try:
        yield got
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
