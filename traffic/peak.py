"""Customers at the peak: they came to buy, and only check out. `locust -f traffic/peak.py --host http://127.0.0.1:18080`"""

from __future__ import annotations

import itertools
import time
import uuid
from typing import ClassVar

from locust import FastHttpUser, constant_throughput, task

EVERY = 2.0
"""Seconds between two checkouts of one customer."""
STARTS = (EVERY * (number * 0.618 % 1) for number in itertools.count())
"""Each begins at a moment of its own. Locust starts a second's users at once, and in step they would come in waves for ever."""


class Buyer(FastHttpUser):
    """Half a checkout a second, as fast as before when the shop is slow: a crowd does not thin out because it waits."""

    wait_time = constant_throughput(1 / EVERY)
    connection_timeout = 2.0
    network_timeout = 6.0
    default_headers: ClassVar[dict[str, str]] = {"User-Agent": "gameday-traffic"}

    def on_start(self) -> None:
        self.who = {"X-Customer": uuid.uuid4().hex[:12]}
        time.sleep(next(STARTS))

    @task
    def check_out(self) -> None:
        with self.client.post("/checkout", catch_response=True, headers=self.who) as response:
            if response.status_code != 200:
                response.failure(f"checkout failed: {response.status_code or response.error}")
