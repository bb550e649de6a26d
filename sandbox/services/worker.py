"""The worker: takes orders from the queue and ships them, each exactly once, whatever the queue forgets or repeats.

The queue only tells where to look. That an order is shipped once is held by the database: one statement marks it and
writes its shipment, and finds nothing to mark the second time. What never got into the queue, or was lost from it, is found
by a sweep of the database.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable

import tracing
from aiohttp import web
from orders import Orders, Unavailable
from prometheus_client import Counter, Gauge
from service import log, metrics, serve
from waiting_orders import QueueGone, Waiting, WaitingOrders

PACKING = 0.02
"""Seconds that an order takes: what keeps the worker at some forty a second."""
IDLE = 0.1
SWEEP_EVERY = 2.0
MEASURE_EVERY = 0.5
LEFT_BEHIND = 4.0
"""Seconds after which an order should have been fulfilled, and is looked for in the database."""

FULFILLED = Counter("worker_fulfilled", "Orders fulfilled.")
REPEATED = Counter("worker_repeated", "Orders that the queue gave although they were fulfilled already.")
FOUND = Counter("worker_swept", "Orders that the sweep put back into the queue.")
DEPTH = Gauge("shop_queue_depth", "Orders that wait in the queue.")
OLDEST = Gauge("shop_queue_oldest_seconds", "For how long the oldest order in the queue has waited.")


class Worker:
    """Takes, ships, sweeps, measures."""

    def __init__(self, orders: Orders, waiting: WaitingOrders) -> None:
        self._orders, self._waiting = orders, waiting

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        steps = ((self.ship_next, 0.0), (self.sweep, SWEEP_EVERY), (self.measure, MEASURE_EVERY))
        doing = [asyncio.create_task(_for_ever(step, pause)) for step, pause in steps]
        yield
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)
        await self._waiting.close()
        await self._orders.close()

    async def ship_next(self) -> None:
        """In the trace of the checkout, where that is known."""
        waiting = await self._waiting.take()
        if waiting is None:
            await asyncio.sleep(IDLE)
            return
        placed_in = tracing.Context.parse(waiting.trace)
        with tracing.span("ship order", tracing.CONSUMER, placed_in, **{"messaging.system": "redis", "order.id": waiting.order}):
            await asyncio.sleep(PACKING)
            (FULFILLED if await self._orders.fulfil(waiting.order) else REPEATED).inc()

    async def sweep(self) -> None:
        """An order taken from the queue by a worker that then died is in neither place but the database."""
        found = await self._waiting.add(Waiting(*left) for left in await self._orders.unfulfilled(older_than=LEFT_BEHIND))
        if found:
            FOUND.inc(found)
            log("worker", "orders put back into the queue", "warning", orders=found)

    async def measure(self) -> None:
        depth, oldest = await self._waiting.depth()
        DEPTH.set(depth)
        OLDEST.set(oldest)


async def _for_ever(step: Callable[[], Awaitable[None]], pause: float) -> None:
    """A database or queue that is away is waited for, and said once."""
    failing = False
    while True:
        try:
            await step()
            failing = False
        except (Unavailable, QueueGone) as error:
            if not failing:
                log("worker", "cannot go on", "error", step=step.__name__, error=str(error))
            failing = True
            await asyncio.sleep(IDLE)
        await asyncio.sleep(pause)


async def health(request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def application() -> web.Application:
    worker = Worker(Orders(os.environ["DATABASE_URL"], os.environ["DATABASE_HOSTS"]), WaitingOrders(os.environ["QUEUE_URL"]))
    app = web.Application()
    app.cleanup_ctx.append(worker.run)
    app.add_routes([web.get("/healthz", health), web.get("/metrics", metrics)])
    return app


if __name__ == "__main__":
    serve("worker", application())
