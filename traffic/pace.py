"""Customers who keep their pace: as fast as before when the shop is slow, and each at moments of its own."""

from __future__ import annotations

import itertools
import random
import time
import uuid
from typing import ClassVar

from locust import FastHttpUser

EVERY = 2.0
"""Seconds between two actions of one customer, give or take a fifth."""
# Locust starts a second's users at once, and its own pacing keeps them in step: the shop would be asked in waves. A
# pattern that comes again every two seconds is no better, since whoever else looks twice a second sees a part of it only.
_STARTS = (EVERY * (number * 0.618 % 1) for number in itertools.count())
_CHANCE = random.Random(1)


class Customer(FastHttpUser):
    """Half an action a second. What it does is the task of whoever inherits."""

    abstract = True
    connection_timeout = 2.0
    network_timeout = 6.0
    """Seconds; a little more than the gateway waits for a replica, so that its own answer is counted."""
    default_headers: ClassVar[dict[str, str]] = {"User-Agent": "gameday-traffic"}

    def on_start(self) -> None:
        self.who = {"X-Customer": uuid.uuid4().hex[:12]}
        time.sleep(next(_STARTS))
        self._due = time.monotonic()

    def wait_time(self) -> float:
        """Seconds until its next action is due; none where that moment has passed."""
        now = time.monotonic()
        self._due = max(self._due + EVERY * _CHANCE.uniform(0.8, 1.2), now)
        return self._due - now

    def check_out(self) -> None:
        with self.client.post("/checkout", catch_response=True, headers=self.who) as response:
            if response.status_code != 200:
                response.failure(f"checkout failed: {response.status_code or response.error}")
