"""What `ops` decides for the shop: whether orders are taken unpaid, and which release is current. Followed, never asked for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp
from prometheus_client import Gauge
from service import log

FOLLOW_EVERY = 0.5
WITHIN = aiohttp.ClientTimeout(total=1)
RELEASE = Gauge("shop_release_info", "1 for the release that this replica runs.", ["release"])


class Switches:
    """The last known values: a checkout must not depend on `ops`."""

    def __init__(self, ops: str) -> None:
        self._ops = ops
        self.unpaid = "off"
        self.release = "v1"
        RELEASE.labels(self.release).set(1)

    async def follow(self, http: aiohttp.ClientSession) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, KeyError, TypeError):
                self.take(await self._get(http, "flags"), await self._get(http, "releases"))
            await asyncio.sleep(FOLLOW_EVERY)

    def take(self, flags: dict[str, str], releases: dict[str, str]) -> None:
        """A switch takes effect with the next checkout."""
        unpaid, release = flags["checkout_unpaid"], releases["shop"]
        if unpaid != self.unpaid:
            log("shop", "flag checkout_unpaid changed", value=unpaid, was=self.unpaid)
            self.unpaid = unpaid
        if release != self.release:
            log("shop", "release changed", value=release, was=self.release)
            RELEASE.clear()
            RELEASE.labels(release).set(1)
            self.release = release

    async def _get(self, http: aiohttp.ClientSession, what: str) -> dict[str, Any]:
        async with http.get(f"{self._ops}/{what}", timeout=WITHIN) as answer:
            answer.raise_for_status()
            found: dict[str, Any] = await answer.json()
            return found
