"""Users of the shop: they browse, fill a cart and check out. `locust -f traffic/shop.py --host http://127.0.0.1:18080`"""

from __future__ import annotations

from locust import task
from pace import Customer


class Visitor(Customer):
    """Three actions in ten are checkouts."""

    @task(5)
    def browse(self) -> None:
        self.client.get("/", headers=self.who)

    @task(2)
    def fill_cart(self) -> None:
        self.client.post("/cart?item=2", name="/cart", headers=self.who)

    @task(3)
    def buy(self) -> None:
        self.check_out()
