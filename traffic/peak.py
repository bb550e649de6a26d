"""Customers at the peak: they came to buy, and only check out. `locust -f traffic/peak.py --host http://127.0.0.1:18080`"""

from __future__ import annotations

import uuid
from typing import ClassVar

from locust import FastHttpUser, constant_throughput, task


class Buyer(FastHttpUser):
    """Half a checkout a second, as fast as before when the shop is slow: a crowd does not thin out because it waits."""

    wait_time = constant_throughput(0.5)
    connection_timeout = 2.0
    network_timeout = 6.0
    default_headers: ClassVar[dict[str, str]] = {"User-Agent": "gameday-traffic"}

    def on_start(self) -> None:
        self.who = {"X-Customer": uuid.uuid4().hex[:12]}

    @task
    def check_out(self) -> None:
        with self.client.post("/checkout", catch_response=True, headers=self.who) as response:
            if response.status_code != 200:
                response.failure(f"checkout failed: {response.status_code or response.error}")
