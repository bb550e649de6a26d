"""Orders that wait for the worker: a sorted set in Redis, by the moment of the order, so that none can wait twice."""

from __future__ import annotations

import time
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

KEY = "orders"
WITHIN = 0.5
"""Seconds that a call may take."""


class QueueGone(Exception):
    """Redis did not answer in time, or refused."""


class WaitingOrders:
    """The queue. It may lose what it holds: the database knows what is not fulfilled."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=WITHIN, socket_connect_timeout=WITHIN, decode_responses=True)

    async def add(self, orders: Iterable[tuple[str, float]]) -> int:
        """Each an id and when it was placed (Unix seconds). Returns how many did not wait already."""
        scores = dict(orders)
        try:
            return int(await self._redis.zadd(KEY, scores, nx=True)) if scores else 0
        except (RedisError, OSError, TimeoutError) as error:
            raise QueueGone(type(error).__name__) from error

    async def take(self) -> str | None:
        """The oldest, or None where none waits."""
        try:
            found = await self._redis.zpopmin(KEY)
        except (RedisError, OSError, TimeoutError) as error:
            raise QueueGone(type(error).__name__) from error
        return str(found[0][0]) if found else None

    async def depth(self) -> tuple[int, float]:
        """How many wait, and for how many seconds the oldest does."""
        try:
            oldest = await self._redis.zrange(KEY, 0, 0, withscores=True)
            return int(await self._redis.zcard(KEY)), max(0.0, time.time() - float(oldest[0][1])) if oldest else 0.0
        except (RedisError, OSError, TimeoutError) as error:
            raise QueueGone(type(error).__name__) from error

    async def close(self) -> None:
        await self._redis.close()
