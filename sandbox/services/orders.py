"""Orders in PostgreSQL, with one promise: every call ends in time, whether the database is slow, frozen or gone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from tracing import traced

WITHIN = 0.8
"""Seconds that a call may take, waiting for a free connection included."""
CONNECTIONS = 8


class Unavailable(Exception):
    """The database did not answer in time, or refused."""


class Orders:
    """The table of orders. Keeps a few connections, and throws all of them away when one breaks."""

    def __init__(self, dsn: str, hosts: str) -> None:
        """`hosts`: the nodes of the database, with commas between."""
        self._dsn, self._hosts = dsn, hosts.split(",")
        self._idle: list[psycopg.AsyncConnection[Any]] = []
        self._free = asyncio.Semaphore(CONNECTIONS)

    @traced("INSERT orders", **{"db.system": "postgresql", "db.operation.name": "INSERT"})
    async def place(self, order: str, key: str | None, paid: bool, total_cents: int) -> tuple[str, bool]:
        """Insert an order and commit. Where the key was used before, the earlier order. Returns id and paid."""

        async def insert(connection: psycopg.AsyncConnection[Any]) -> tuple[str, bool]:
            await connection.execute(
                "INSERT INTO orders (id, key, paid, total_cents) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (order, key, paid, total_cents),
            )
            if key is None:
                return order, paid
            return await _by_key(connection, key) or (order, paid)

        return await self._ask(insert)

    @traced("SELECT orders", **{"db.system": "postgresql", "db.operation.name": "SELECT"})
    async def placed_with(self, key: str) -> tuple[str, bool] | None:
        """The order of an idempotency key, if there is one."""
        return await self._ask(lambda connection: _by_key(connection, key))

    @traced("UPDATE orders", **{"db.system": "postgresql", "db.operation.name": "UPDATE"})
    async def fulfil(self, order: str) -> bool:
        """Mark an order fulfilled and write its shipment, both or nothing. False where that was done already."""

        async def mark(connection: psycopg.AsyncConnection[Any]) -> bool:
            cursor = await connection.execute(
                "WITH marked AS (UPDATE orders SET fulfilled_at = now() WHERE id = %s AND fulfilled_at IS NULL RETURNING id)"
                " INSERT INTO shipments (order_id) SELECT id FROM marked",
                (order,),
            )
            return cursor.rowcount == 1

        return await self._ask(mark)

    async def unfulfilled(self, older_than: float) -> list[tuple[str, float]]:
        """Ids of at most 500 orders that wait for so many seconds, oldest first, and when they were placed (Unix seconds)."""

        async def look(connection: psycopg.AsyncConnection[Any]) -> list[tuple[str, float]]:
            cursor = await connection.execute(
                "SELECT id, extract(epoch FROM placed_at)::float8 FROM orders"
                " WHERE fulfilled_at IS NULL AND placed_at < now() - make_interval(secs => %s) ORDER BY placed_at LIMIT 500",
                (older_than,),
            )
            return await cursor.fetchall()

        return await self._ask(look)

    async def waiting(self) -> tuple[int, float]:
        """How many orders are not fulfilled, and for how many seconds the oldest of them has waited."""

        async def look(connection: psycopg.AsyncConnection[Any]) -> tuple[int, float]:
            cursor = await connection.execute(
                "SELECT count(*), coalesce(extract(epoch FROM now() - min(placed_at)), 0)::float8 FROM orders WHERE fulfilled_at IS NULL"
            )
            row = await cursor.fetchone()
            return (int(row[0]), float(row[1])) if row else (0, 0.0)

        return await self._ask(look)

    async def held(self, orders: list[str]) -> set[str]:
        """Which of these ids the database holds."""

        async def look(connection: psycopg.AsyncConnection[Any]) -> set[str]:
            cursor = await connection.execute("SELECT id FROM orders WHERE id = ANY(%s)", (orders,))
            return {row[0] for row in await cursor.fetchall()}

        return await self._ask(look)

    async def shipped_again(self) -> int:
        """Shipments beyond the first of an order."""

        async def look(connection: psycopg.AsyncConnection[Any]) -> int:
            cursor = await connection.execute("SELECT count(*) - count(DISTINCT order_id) FROM shipments")
            row = await cursor.fetchone()
            return int(row[0]) if row else 0

        return await self._ask(look)

    async def ping(self) -> None:
        async def one(connection: psycopg.AsyncConnection[Any]) -> None:
            await connection.execute("SELECT 1")

        await self._ask(one)

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()

    async def _ask(self, question: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Any]]) -> Any:
        deadline = time.monotonic() + WITHIN
        try:
            await asyncio.wait_for(self._free.acquire(), WITHIN)
        except TimeoutError as error:
            raise Unavailable("no free connection") from error
        try:
            while True:
                reused = bool(self._idle)
                try:
                    return await self._ask_once(question, deadline)
                except psycopg.Error as error:
                    await self._drop_idle()
                    # A connection from before a restart is dead at once; a new one deserves a try.
                    # Inserting twice is harmless: the id is the same.
                    if not reused or time.monotonic() > deadline - 0.05:
                        raise Unavailable(str(error).strip().splitlines()[0] if str(error).strip() else "no answer") from error
        finally:
            self._free.release()

    async def _ask_once(self, question: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Any]], deadline: float) -> Any:
        connection = self._idle.pop() if self._idle else await self._connect(deadline)
        asking = asyncio.ensure_future(question(connection))
        await asyncio.wait({asking}, timeout=max(0.01, deadline - time.monotonic()))
        if not asking.done():
            # Not asyncio's cancel: the driver would then ask the frozen server to cancel, and block every request.
            # Hanging up makes the driver fail by itself.
            with contextlib.suppress(OSError), socket.socket(fileno=_copy_of(connection.fileno())) as hung_up:
                hung_up.shutdown(socket.SHUT_RDWR)
        try:
            answer = await asking
        except BaseException:
            await connection.close()
            raise
        self._idle.append(connection)
        return answer

    async def _connect(self, deadline: float) -> psycopg.AsyncConnection[Any]:
        """To the node that takes writes. All are asked at once, so that a frozen one keeps nobody waiting."""
        asked = {asyncio.create_task(self._connect_to(host)) for host in self._hosts}
        refused: list[str] = []
        try:
            while asked and (left := deadline - time.monotonic()) > 0:
                answered, asked = await asyncio.wait(asked, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                for answer in (one.result() for one in answered):
                    if not isinstance(answer, Exception):
                        return answer
                    refused.append(str(answer).strip())
        finally:
            for one in asked:
                one.cancel()
        raise psycopg.OperationalError("; ".join(refused) or "no connection in time")

    async def _connect_to(self, host: str) -> psycopg.AsyncConnection[Any] | Exception:
        """An error as a value: nobody may be left to hear it."""
        try:
            return await psycopg.AsyncConnection.connect(self._dsn, host=host, target_session_attrs="read-write", autocommit=True)
        except (psycopg.Error, OSError) as error:
            return error

    async def _drop_idle(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            with contextlib.suppress(psycopg.Error):
                await connection.close()


async def _by_key(connection: psycopg.AsyncConnection[Any], key: str) -> tuple[str, bool] | None:
    cursor = await connection.execute("SELECT id, paid FROM orders WHERE key = %s", (key,))
    return await cursor.fetchone()


def _copy_of(descriptor: int) -> int:
    return socket.dup(descriptor)
