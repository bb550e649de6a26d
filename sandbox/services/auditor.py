"""The auditor: told of each order that a customer was told of, it asks the database whether it holds it, again and again.

It keeps its own list, so that an order that a failover lost is missed. While the database does not answer, its numbers
stay as they were last seen, and `audit_checked_timestamp_seconds` tells how old they are.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator

from aiohttp import web
from orders import Orders, Unavailable
from prometheus_client import Counter, Gauge
from service import log, metrics, serve

CHECK_EVERY = 1.0
MOST = 20_000
"""Orders that are remembered, the newest."""

ACCEPTED = Counter("audit_orders_accepted", "Orders that customers were told of.")
MISSING = Gauge("audit_orders_missing", "Orders that customers were told of and the database does not hold.")
DOUBLED = Gauge("audit_orders_doubled", "Orders that exist twice: two of one idempotency key, or two shipments of one order.")
CHECKED = Gauge("audit_checked_timestamp_seconds", "When the database last answered the audit.")


class Audit:
    """What customers were told, and what the database says to that."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._told: dict[str, None] = {}
        self._by_key: dict[str, str] = {}
        self._twice = 0

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        checking = asyncio.create_task(self._for_ever())
        yield
        checking.cancel()
        await asyncio.gather(checking, return_exceptions=True)
        await self._orders.close()

    async def accepted(self, request: web.Request) -> web.Response:
        """`[{"id": …, "key": … or null}]`. Telling twice is telling once."""
        for order in await request.json():
            self.remember(str(order["id"]), order.get("key"))
        return web.json_response({})

    def remember(self, order: str, key: str | None) -> None:
        if order not in self._told:
            ACCEPTED.inc()
        self._told[order] = None
        if key and self._by_key.setdefault(key, order) != order:
            self._twice += 1
            log("auditor", "two orders of one idempotency key", "error", orders=[self._by_key[key], order])
        for kept in (self._told, self._by_key):
            while len(kept) > MOST:
                kept.pop(next(iter(kept)))

    async def check(self) -> None:
        told = list(self._told)
        missing = set(told) - await self._orders.held(told)
        if missing:
            log("auditor", "orders are missing", "error", orders=sorted(missing)[:20], count=len(missing))
        MISSING.set(len(missing))
        DOUBLED.set(self._twice + await self._orders.shipped_again())
        CHECKED.set(time.time())

    async def _for_ever(self) -> None:
        while True:
            try:
                await self.check()
            except Unavailable as error:
                log("auditor", "the database does not answer", "warning", error=str(error))
            await asyncio.sleep(CHECK_EVERY)


async def health(request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def application() -> web.Application:
    audit = Audit(Orders(os.environ["DATABASE_URL"], os.environ["DATABASE_HOSTS"]))
    app = web.Application(client_max_size=1024 * 1024)
    app.cleanup_ctx.append(audit.run)
    app.add_routes([web.post("/accepted", audit.accepted), web.get("/healthz", health), web.get("/metrics", metrics)])
    return app


if __name__ == "__main__":
    serve("auditor", application())
