"""Orders that wait for the worker: a sorted set in Redis, by the moment of the order, so that none can wait twice.

Beside it, by order, the place in a trace that each was placed in, so that its shipping joins that trace.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

KEY, TRACES = "orders", "orders:traces"
TAKE = """
local oldest = redis.call('ZPOPMIN', KEYS[1])
if not oldest[1] then return nil end
local trace = redis.call('HGET', KEYS[2], oldest[1])
redis.call('HDEL', KEYS[2], oldest[1])
return {oldest[1], oldest[2], trace or ''}
"""
"""One call, so that a worker that dies leaves no trace without its order."""
WITHIN = 0.5
"""Seconds that a call may take."""


class QueueGone(Exception):
    """Redis did not answer in time, or refused."""


@dataclass(frozen=True)
class Waiting:
    """An order in the queue."""

    order: str
    placed: float
    """Unix seconds."""
    trace: str = ""
    """The `traceparent` of the checkout; empty where nobody knows it any more."""


class WaitingOrders:
    """The queue. It may lose what it holds: the database knows what is not fulfilled."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=WITHIN, socket_connect_timeout=WITHIN, decode_responses=True)

    async def add(self, orders: Iterable[Waiting]) -> int:
        """Returns how many did not wait already."""
        scores, traces = {}, {}
        for one in orders:
            scores[one.order] = one.placed
            if one.trace:
                traces[one.order] = one.trace
        if not scores:
            return 0
        try:
            async with self._redis.pipeline() as both:
                both.zadd(KEY, scores, nx=True)
                if traces:
                    both.hset(TRACES, mapping=traces)
                return int((await both.execute())[0])
        except (RedisError, OSError, TimeoutError) as error:
            raise QueueGone(type(error).__name__) from error

    async def take(self) -> Waiting | None:
        """The oldest, or None where none waits."""
        try:
            found = await self._redis.eval(TAKE, 2, KEY, TRACES)
        except (RedisError, OSError, TimeoutError) as error:
            raise QueueGone(type(error).__name__) from error
        return Waiting(str(found[0]), float(found[1]), str(found[2])) if found else None

    async def depth(self) -> tuple[int, float]:
        """How many wait, and for how many seconds the oldest does."""
        try:
            oldest = await self._redis.zrange(KEY, 0, 0, withscores=True)
            return int(await self._redis.zcard(KEY)), max(0.0, time.time() - float(oldest[0][1])) if oldest else 0.0
        except (RedisError, OSError, TimeoutError) as error:
            raise QueueGone(type(error).__name__) from error

    async def close(self) -> None:
        await self._redis.close()
