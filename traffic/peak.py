"""Customers at the peak: they came to buy, and only check out. `locust -f traffic/peak.py --host http://127.0.0.1:18080`"""

from __future__ import annotations

from locust import task
from pace import Customer


class Buyer(Customer):
    """Checks out, and again. A crowd does not thin out because it waits."""

    @task
    def buy(self) -> None:
        self.check_out()
