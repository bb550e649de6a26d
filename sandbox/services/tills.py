"""A replica's capacity: so many checkouts at once, each of which takes its time. More replicas are more tills."""

from __future__ import annotations

import asyncio

from prometheus_client import Gauge

TILLS = 2
TAKES = 0.2
"""Seconds a checkout keeps a till: ten checkouts a second and replica."""
PATIENCE = 0.7
"""Seconds that a customer stands in line."""

Gauge("shop_tills", "Checkouts that this replica does at once.").set(TILLS)
IN_LINE = Gauge("shop_checkouts_in_line", "Checkouts that wait for a till.")


class Saturated(Exception):
    """The line was too long."""


class Tills:
    """A line in front of a few tills."""

    def __init__(self, tills: int = TILLS, takes: float = TAKES, patience: float = PATIENCE) -> None:
        self._free, self._takes, self._patience = asyncio.Semaphore(tills), takes, patience

    async def go_through(self) -> None:
        """Returns when the basket is through. Raises Saturated where no till comes free in time."""
        with IN_LINE.track_inprogress():
            try:
                await asyncio.wait_for(self._free.acquire(), self._patience)
            except TimeoutError as error:
                raise Saturated from error
        try:
            await asyncio.sleep(self._takes)
        finally:
            self._free.release()
