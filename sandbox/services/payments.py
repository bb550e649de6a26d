"""The payment provider: stands for a third party that the shop cannot fix, only do without."""

from __future__ import annotations

import asyncio
import uuid

from aiohttp import web
from prometheus_client import Counter
from service import metrics, serve

TAKES = 0.02
"""Seconds of a charge, as by a provider far away."""
CHARGES = Counter("payments_charges", "Charges that were accepted.")


async def charge(request: web.Request) -> web.Response:
    await asyncio.sleep(TAKES)
    CHARGES.inc()
    return web.json_response({"charge": uuid.uuid4().hex})


async def health(request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def application() -> web.Application:
    app = web.Application(client_max_size=64 * 1024)
    app.add_routes([web.post("/charge", charge), web.get("/healthz", health), web.get("/metrics", metrics)])
    return app


if __name__ == "__main__":
    serve("payments", application())
