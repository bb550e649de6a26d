"""A guestbook: one page that counts its visits in PostgreSQL."""

from __future__ import annotations

import asyncio

import psycopg
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

VISITS = Counter("guestbook_visits", "Pages asked for, by status.", ["status"])
for status in ("200", "503"):
    VISITS.labels(status)


async def ask() -> int:
    async with await psycopg.AsyncConnection.connect("postgresql://shop:shop@database:5432/shop", connect_timeout=2) as connection:
        cursor = await connection.execute("SELECT count(*) FROM orders")
        row = await cursor.fetchone()
        return int(row[0])


async def page(request: web.Request) -> web.Response:
    try:
        text, status = f"{await asyncio.wait_for(ask(), 0.7)} visits\n", 200
    except (asyncio.TimeoutError, psycopg.Error, OSError):
        text, status = "the guestbook is closed\n", 503
    VISITS.labels(str(status)).inc()
    return web.Response(text=text, status=status)


async def metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


app = web.Application()
app.add_routes([web.get("/", page), web.get("/metrics", metrics)])
web.run_app(app, port=8000, access_log=None, print=None)
