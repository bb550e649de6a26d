"""The shop: browse, cart, checkout, and whether orders are shipped. A checkout is charged, then committed to the database, then answered.

One image holds both of its releases; `ops` says which one is current.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import web
from orders import Orders, Unavailable
from outbox import Outbox
from prometheus_client import Counter, Gauge, Histogram
from releases import ReleaseFailed, checked_by
from service import Handler, log, metrics, serve
from switches import Switches
from telemetry import trace_calls
from tills import Saturated, Tills
from waiting_orders import WaitingOrders

PAYMENT_WITHIN = 0.5
PING_EVERY = 1.0
SHIPPED_WITHIN = 5.0
"""Seconds that an order may wait before customers are told that shipping is behind; usual is less than one."""
STARTING = 20.0
"""Seconds in which a database that never answered yet is one that still starts."""
PRODUCTS: dict[str, dict[str, Any]] = {
    "1": {"name": "Kettle", "cents": 3900},
    "2": {"name": "Lamp", "cents": 5400},
    "3": {"name": "Chair", "cents": 12900},
    "4": {"name": "Clock", "cents": 2500},
}
PATHS = ("/", "/cart", "/checkout")

REQUESTS = Counter("shop_requests", "Requests answered.", ["path", "status"])
SECONDS = Histogram(
    "shop_request_seconds", "Time to answer.", ["path"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 1, 2),
)  # fmt: skip
CHECKOUTS = Counter("shop_checkout", "Checkouts by how they ended.", ["outcome"])
FAILURES = Counter("shop_checkout_failures", "Checkouts that failed, by reason.", ["reason"])
ORDERS = Counter("shop_orders", "Orders committed to the database.")
DATABASE_UP = Gauge("shop_database_up", "1 if the database answers this replica, 0 if not; NaN while both start.")

# A series that begins at its first failure hides that failure from rate().
for status in ("200", "503"):
    REQUESTS.labels("/checkout", status)
for outcome in ("paid", "unpaid", "failed"):
    CHECKOUTS.labels(outcome)
for reason in ("payment", "database", "release", "saturated", "other"):
    FAILURES.labels(reason)
DATABASE_UP.set(float("nan"))


class Shop:
    """One replica. Holds nothing but connections, and what it has not told others yet."""

    def __init__(self) -> None:
        self._payments = os.environ.get("PAYMENTS_URL", "http://payments:8000")
        self._switches = Switches(os.environ.get("OPS_URL", "http://ops:8000"))
        self._tills = Tills()
        self._numbers = itertools.count(1)

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        self._orders = Orders(os.environ["DATABASE_URL"], os.environ["DATABASE_HOSTS"])
        async with aiohttp.ClientSession(headers={"User-Agent": "sandbox-shop"}, trace_configs=[trace_calls()]) as self._http:
            self._outbox = Outbox(WaitingOrders(os.environ["QUEUE_URL"]), os.environ.get("AUDITOR_URL", "http://auditor:8000"), self._http)
            following = [asyncio.create_task(self._switches.follow(self._http)), asyncio.create_task(self._follow_database())]
            async with self._outbox.sending():
                yield
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)
            await self._orders.close()

    async def browse(self, request: web.Request) -> web.Response:
        return web.json_response({"products": [{"id": number, **product} for number, product in PRODUCTS.items()]})

    async def cart(self, request: web.Request) -> web.Response:
        """The cart is a cookie: replicas share nothing. `item` adds one."""
        items = _items(request)
        item = request.query.get("item") or (str((await request.post()).get("item", "")) if request.method == "POST" else "")
        if item:
            if item not in PRODUCTS:
                return web.json_response({"error": f"no product {item[:20]!r}"}, status=404)
            items = [*items, item][-20:]
        response = web.json_response({"items": items, "total_cents": _total(items)})
        response.set_cookie("cart", ".".join(items), httponly=True, samesite="Lax")
        return response

    async def checkout(self, request: web.Request) -> web.Response:
        key = request.headers.get("Idempotency-Key", "")[:100] or None
        total = _total(_items(request) or ["1"])
        try:
            if key and (earlier := await self._orders.placed_with(key)):
                return web.json_response({"order": earlier[0], "paid": earlier[1]})
            checked_by(self._switches.release, next(self._numbers))
            await self._tills.go_through()
            paid = self._switches.unpaid != "on"
            if paid and not await self._charged(total):
                return _failed("payment", "payment provider did not answer")
            order, paid = await self._orders.place(uuid.uuid4().hex, key, paid, total)
        except Saturated:
            return _failed("saturated", "too many customers at once")
        except ReleaseFailed as failed:
            log("shop", "checkout failed", "error", release=self._switches.release, error=str(failed))
            return _failed("release", "something went wrong")
        except Unavailable as unavailable:
            log("shop", "database failed", "error", error=str(unavailable))
            return _failed("database", "order could not be stored")
        except Exception as error:
            log("shop", "checkout failed", "error", error=repr(error))
            return _failed("other", "something went wrong")
        ORDERS.inc()
        self._outbox.add(order, key)
        CHECKOUTS.labels("paid" if paid else "unpaid").inc()
        response = web.json_response({"order": order, "paid": paid})
        response.del_cookie("cart")
        return response

    async def fulfilment(self, request: web.Request) -> web.Response:
        """Are orders being shipped? 503 while the oldest waits for longer than SHIPPED_WITHIN, or nobody can say."""
        try:
            waiting, oldest = await self._orders.waiting()
        except Unavailable as unavailable:
            log("shop", "database failed", "error", error=str(unavailable))
            return web.json_response({"error": "it cannot be said which orders wait"}, status=503)
        answer = {"waiting": waiting, "oldest_seconds": round(oldest, 3)}
        return web.json_response(answer, status=200 if oldest <= SHIPPED_WITHIN else 503)

    async def health(self, request: web.Request) -> web.Response:
        """About this process only: a shop without its database can still be browsed."""
        return web.Response(text="ok\n")

    async def _charged(self, cents: int) -> bool:
        try:
            within = aiohttp.ClientTimeout(total=PAYMENT_WITHIN)
            async with self._http.post(f"{self._payments}/charge", json={"cents": cents}, timeout=within) as answer:
                await answer.read()
                return answer.status == 200
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log("shop", "payment failed", "warning", error=type(error).__name__)
            return False

    async def _follow_database(self) -> None:
        began, answered = time.monotonic(), False
        while True:
            try:
                await self._orders.ping()
                answered = True
                DATABASE_UP.set(1)
            except Unavailable:
                if answered or time.monotonic() - began > STARTING:
                    DATABASE_UP.set(0)
            await asyncio.sleep(PING_EVERY if answered else 0.2)


def _items(request: web.Request) -> list[str]:
    return [item for item in request.cookies.get("cart", "").split(".") if item in PRODUCTS][:20]


def _total(items: list[str]) -> int:
    return sum(int(PRODUCTS[item]["cents"]) for item in items)


def _failed(reason: str, error: str) -> web.Response:
    FAILURES.labels(reason).inc()
    CHECKOUTS.labels("failed").inc()
    return web.json_response({"error": error}, status=503)


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    path = request.path if request.path in PATHS else "other"
    began, status = time.perf_counter(), 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as answer:
        status = answer.status
        raise
    finally:
        if request.path not in ("/metrics", "/healthz"):
            REQUESTS.labels(path, str(status)).inc()
            SECONDS.labels(path).observe(time.perf_counter() - began)


def application() -> web.Application:
    shop = Shop()
    app = web.Application(middlewares=[measured], client_max_size=64 * 1024)
    app.cleanup_ctx.append(shop.run)
    app.add_routes([
        web.get("/", shop.browse), web.get("/cart", shop.cart), web.post("/cart", shop.cart),
        web.get("/checkout", shop.checkout), web.post("/checkout", shop.checkout),
        web.get("/fulfilment", shop.fulfilment), web.get("/healthz", shop.health), web.get("/metrics", metrics),
    ])  # fmt: skip
    return app


if __name__ == "__main__":
    serve("shop", application())
