"""The shop itself: failover, the queue, a bad release, scaling, draining, and what must never happen to an order."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gameday.environments.alerting_profile import profile_folder
from tests.sandbox.conftest import ROOT, Bench, await_that


class Customers:
    """They buy, a few times a second, and keep what they were told."""

    def __init__(self, shop: str) -> None:
        self._shop, self._stop = shop, threading.Event()
        self.orders: list[str] = []
        self.failed = 0

    @contextmanager
    def buying(self) -> Iterator[Customers]:
        threads = [threading.Thread(target=self._buy, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(10)

    def _buy(self) -> None:
        while not self._stop.wait(0.1):
            try:
                request = urllib.request.Request(f"{self._shop}/checkout", method="POST")
                with urllib.request.urlopen(request, timeout=4) as answer:
                    self.orders.append(json.load(answer)["order"])
            except OSError:
                self.failed += 1

    def await_more(self, count: int, within: float = 15) -> None:
        was = len(self.orders)
        await_that(lambda: len(self.orders) >= was + count, within, f"{count} more orders")


def customers(bench: Bench) -> Customers:
    return Customers(f"http://127.0.0.1:{bench.environment['GAMEDAY_SHOP_PORT']}")


def inside(bench: Bench, service: str, *command: str) -> str:
    return bench.docker("exec", bench.container(service), *command)


def promote(bench: Bench, node: str) -> None:
    assert "t" in inside(bench, node, "psql", "-XAtqc", "select pg_promote()")


def rows(bench: Bench, node: str, query: str) -> list[str]:
    return inside(bench, node, "psql", "-XAtq", "-d", "shop", "-c", query).splitlines()


def measured(bench: Bench, query: str) -> float | None:
    """A number from Prometheus; None where there is none."""
    url = f"http://127.0.0.1:{bench.environment['GAMEDAY_PROMETHEUS_PORT']}/api/v1/query?query={urllib.parse.quote(query)}"
    found: list[Any] = json.load(urllib.request.urlopen(url, timeout=5))["data"]["result"]
    return float(found[0]["value"][1]) if found else None


def release(bench: Bench, name: str) -> None:
    url = f"http://127.0.0.1:{bench.environment['GAMEDAY_OPS_PORT']}/releases/shop"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps({"release": name}).encode(), method="PUT"), timeout=5).close()


def all_are_held_once(bench: Bench, node: str, orders: list[str]) -> None:
    assert len(orders) == len(set(orders))
    assert set(orders) <= set(rows(bench, node, "SELECT id FROM orders"))
    assert rows(bench, node, "SELECT order_id FROM shipments GROUP BY order_id HAVING count(*) > 1") == []


def test_a_failover_loses_no_order_and_the_old_primary_comes_back_as_a_standby(bench: Bench) -> None:
    with customers(bench).buying() as buyers:
        buyers.await_more(5)
        bench.docker("kill", bench.container("db"))
        promote(bench, "db-replica")
        buyers.await_more(5)
        bench.docker("start", bench.container("db"))
        await_that(lambda: inside(bench, "db-replica", "node", "status") == "primary in-step", 20, "a standby in step")
        assert inside(bench, "db", "node", "status") == "standby"
        buyers.await_more(5)
        assert bench.gameday("sandbox", "up").code == 0
        assert (inside(bench, "db", "node", "status"), inside(bench, "db-replica", "node", "status")) == ("primary in-step", "standby")
        buyers.await_more(5)
    all_are_held_once(bench, "db", buyers.orders)
    checked = measured(bench, "max(audit_checked_timestamp_seconds)") or 0
    await_that(lambda: (measured(bench, "max(audit_checked_timestamp_seconds)") or 0) > checked, 10, "another audit")
    assert (measured(bench, "max(audit_orders_missing)"), measured(bench, "max(audit_orders_doubled)")) == (0, 0)


def test_a_frozen_primary_that_thaws_after_a_failover_does_not_lead(bench: Bench) -> None:
    with customers(bench).buying() as buyers:
        buyers.await_more(3)
        bench.docker("pause", bench.container("db"))
        promote(bench, "db-replica")
        buyers.await_more(5)
        bench.docker("unpause", bench.container("db"))
        await_that(lambda: inside(bench, "db-replica", "node", "status") == "primary in-step", 20, "the old primary as a standby")
    all_are_held_once(bench, "db-replica", buyers.orders)


def test_a_promotion_that_takes_its_time_is_not_taken_for_a_lost_lead(bench: Bench) -> None:
    """Between the end of recovery and the new leader's name, a node is neither standby nor leader."""

    def on_promotion(command: str) -> None:
        script = f"sed -i \"s/^recovery_end_command.*/recovery_end_command = '{command}'/\" /var/lib/postgresql/node.conf"
        inside(bench, "db-replica", "bash", "-c", f'{script} && pg_ctl -s -D "$PGDATA" reload')

    on_promotion("sleep 1 && node claim")
    try:
        bench.docker("pause", bench.container("db"))
        promote(bench, "db-replica")
        await_that(lambda: inside(bench, "db-replica", "node", "status") == "primary alone", 5, "a new leader")
    finally:
        bench.docker("unpause", bench.container("db"))
        on_promotion("node claim")


def test_a_lost_replica_stops_nobody(bench: Bench) -> None:
    with customers(bench).buying() as buyers:
        bench.docker("kill", bench.container("db-replica"))
        buyers.await_more(10, within=8)
    all_are_held_once(bench, "db", buyers.orders)


def test_what_a_crashed_worker_and_a_forgetful_queue_left_is_fulfilled_once(bench: Bench) -> None:
    with customers(bench).buying() as buyers:
        bench.docker("kill", bench.container("worker"))
        buyers.await_more(10)
        await_that(lambda: int(inside(bench, "queue", "redis-cli", "zcard", "orders")) >= 5, 5, "a backlog")
        bench.docker("restart", "-t", "1", bench.container("queue"))
        buyers.await_more(3)
    assert not bench.state("worker").startswith("running")
    bench.docker("start", bench.container("worker"))
    await_that(lambda: rows(bench, "db", "SELECT count(*) FROM orders WHERE fulfilled_at IS NULL") == ["0"], 20, "no order left")
    all_are_held_once(bench, "db", buyers.orders)
    assert set(buyers.orders) <= set(rows(bench, "db", "SELECT order_id FROM shipments"))


def shipping(bench: Bench) -> int:
    """The status with which the shop answers whether orders are shipped."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{bench.environment['GAMEDAY_SHOP_PORT']}/fulfilment", timeout=4) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_customers_are_told_while_orders_wait_too_long_to_be_shipped(bench: Bench) -> None:
    assert shipping(bench) == 200
    with customers(bench).buying() as buyers:
        bench.docker("pause", bench.container("worker"))
        buyers.await_more(2)
        assert shipping(bench) == 200
        await_that(lambda: shipping(bench) == 503, 15, "shipping is said to be behind")
        bench.docker("unpause", bench.container("worker"))
        await_that(lambda: shipping(bench) == 200, 15, "shipping is said to be well")


def test_a_bad_release_fails_checkouts_until_it_is_rolled_back(bench: Bench) -> None:
    with customers(bench).buying() as buyers:
        buyers.await_more(3)
        assert buyers.failed == 0
        release(bench, "v2")
        await_that(lambda: buyers.failed >= 3, 10, "failures")
        await_that(lambda: measured(bench, 'count(shop_release_info{release="v2"})') == 2, 5, "two replicas on v2")
        release(bench, "v1")
        await_that(lambda: measured(bench, 'count(shop_release_info{release="v1"})') == 2, 5, "two replicas on v1")
        failed = buyers.failed
        buyers.await_more(9)
        assert buyers.failed == failed


def in_rotation(bench: Bench, state: str) -> list[str]:
    return [line.split()[1] for line in inside(bench, "gateway", "replicas").splitlines() if line.endswith(f" {state}")]


def test_more_replicas_get_requests_by_themselves_and_one_can_be_drained(bench: Bench) -> None:
    before = in_rotation(bench, "up")
    assert len(before) == 2
    assert bench.gameday("sandbox", "scale", "shop=3").code == 0
    await_that(lambda: len(in_rotation(bench, "up")) == 3, 15, "three replicas in rotation")
    inside(bench, "gateway", "replicas", "drain", before[0])
    assert in_rotation(bench, "drained") == [before[0]]
    assert bench.gameday("sandbox", "up").code == 0
    await_that(lambda: sorted(in_rotation(bench, "up")) == sorted(before), 15, "the usual two")


@pytest.mark.parametrize("profile", sorted(p.name for p in (ROOT / "sandbox" / "alerting").iterdir()))
def test_an_alerting_profile_is_one_that_prometheus_and_alertmanager_take(bench: Bench, profile: str) -> None:
    def tool(*words: str) -> str:
        folder: Path = profile_folder(bench.root, profile)
        image = bench.docker("inspect", "-f", "{{.Config.Image}}", bench.container("prometheus"))
        return bench.docker("run", "--rm", "--network", "none", "-v", f"{folder}:/etc/sandbox/alerting:ro", image, *words)

    assert "SUCCESS" in tool("promtool", "check", "config", "/etc/sandbox/alerting/prometheus.yml")
    assert "SUCCESS" in tool("amtool", "check-config", "/etc/sandbox/alerting/alertmanager.yml")
