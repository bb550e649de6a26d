"""What the shop tells others after an order is committed: the worker's queue, and the auditor. Never in a customer's way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import tracing
from prometheus_client import Counter
from service import log
from waiting_orders import QueueGone, Waiting, WaitingOrders

SEND_EVERY = 0.1
WITHIN = aiohttp.ClientTimeout(total=1)
MOST = 5_000
"""Orders that are kept for an auditor who is away, the newest."""
FAILED = Counter("shop_queue_push_failures", "Orders that did not get into the queue; the worker's sweep finds them.")


class Outbox:
    """Orders that this replica accepted and has not told of yet."""

    def __init__(self, waiting: WaitingOrders, auditor: str, http: aiohttp.ClientSession) -> None:
        self._waiting, self._auditor, self._http = waiting, auditor, http
        self._to_queue: list[Waiting] = []
        self._to_auditor: list[dict[str, str | None]] = []

    def add(self, order: str, key: str | None) -> None:
        here = tracing.current()
        self._to_queue.append(Waiting(order, time.time(), here.header() if here else ""))
        self._to_auditor.append({"id": order, "key": key})
        del self._to_auditor[:-MOST]

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Sends while inside, and once more on the way out."""
        tasks = [asyncio.create_task(_repeat(send)) for send in (self.to_queue, self.to_auditor)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(self.to_queue(), self.to_auditor())
            await self._waiting.close()

    async def to_queue(self) -> None:
        """What cannot be pushed is let go: the database knows it."""
        orders, self._to_queue = self._to_queue, []
        try:
            await self._waiting.add(orders)
        except QueueGone as error:
            FAILED.inc(len(orders))
            log("shop", "orders not pushed to the queue", "warning", orders=len(orders), error=str(error))

    async def to_auditor(self) -> None:
        """What cannot be told is told later."""
        orders = list(self._to_auditor)
        if not orders:
            return
        try:
            async with self._http.post(f"{self._auditor}/accepted", json=orders, timeout=WITHIN) as answer:
                answer.raise_for_status()
            told = {id(order) for order in orders}
            self._to_auditor = [order for order in self._to_auditor if id(order) not in told]
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log("shop", "auditor not told", "warning", orders=len(orders), error=type(error).__name__)


async def _repeat(send: Callable[[], Awaitable[None]]) -> None:
    while True:
        await send()
        await asyncio.sleep(SEND_EVERY)
