"""Users of the shop: they browse, fill a cart and check out. `locust -f traffic/shop.py --host http://127.0.0.1:18080`"""

from __future__ import annotations

import itertools
import time
import uuid
from typing import ClassVar

from locust import FastHttpUser, constant_throughput, task

TIMEOUT = 6.0
"""Seconds; a little more than the gateway waits for a replica, so that its own answer is counted."""


EVERY = 2.0
"""Seconds between two actions of one customer."""
STARTS = (EVERY * (number * 0.618 % 1) for number in itertools.count())
"""Each begins at a moment of its own. Locust starts a second's users at once, and in step they would come in waves for ever."""


class Customer(FastHttpUser):
    """Half an action a second, as fast as before when the shop is slow."""

    wait_time = constant_throughput(1 / EVERY)
    connection_timeout = 2.0
    network_timeout = TIMEOUT
    default_headers: ClassVar[dict[str, str]] = {"User-Agent": "gameday-traffic"}

    def on_start(self) -> None:
        self.who = {"X-Customer": uuid.uuid4().hex[:12]}
        time.sleep(next(STARTS))

    @task(5)
    def browse(self) -> None:
        self.client.get("/", headers=self.who)

    @task(2)
    def fill_cart(self) -> None:
        self.client.post("/cart?item=2", name="/cart", headers=self.who)

    @task(3)
    def check_out(self) -> None:
        with self.client.post("/checkout", catch_response=True, headers=self.who) as response:
            if response.status_code != 200:
                response.failure(f"checkout failed: {response.status_code or response.error}")
