"""What a responder looks at: logs of all services in one place, traces, dashboards."""

from __future__ import annotations

import json
import secrets
from typing import Any

import httpx2

from tests.sandbox.conftest import Bench, await_that
from tests.sandbox.test_town import inside, measured


def url(bench: Bench, part: str, path: str) -> str:
    return f"http://127.0.0.1:{bench.environment[f'GAMEDAY_{part}_PORT']}{path}"


def get(address: str, **headers: str) -> httpx2.Response:
    return httpx2.get(address, headers=headers, timeout=5, trust_env=False)


def checkout(bench: Bench, trace: str) -> int:
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
    return httpx2.post(url(bench, "SHOP", "/checkout"), headers=headers, timeout=5, trust_env=False).status_code


def lines(bench: Bench, query: str) -> list[dict[str, Any]]:
    answer = get(url(bench, "LOGS", f"/entries?{query}"), Accept="application/json")
    return [json.loads(line) for line in answer.text.splitlines()]


def spans(bench: Bench, trace: str) -> dict[str, dict[str, Any]]:
    """The spans of a trace by service and operation."""
    found = get(url(bench, "TRACES", f"/api/traces/{trace}")).json()["data"] or []
    return {f"{t['processes'][s['processID']]['serviceName']}: {s['operationName']}": s for t in found for s in t["spans"]}


def test_a_failed_checkout_is_found_in_logs_and_trace(bench: Bench) -> None:
    trace = secrets.token_hex(16)
    bench.docker("pause", bench.container("payments"))
    try:
        assert checkout(bench, trace) == 503
    finally:
        bench.docker("unpause", bench.container("payments"))
    bad = await_that(lambda: lines(bench, f"SERVICE=shop&PRIORITY=3&PRIORITY=4&TRACE_ID={trace}"), 10, "its lines in the aggregator")
    await_that(lambda: len(lines(bench, f"SERVICE=shop&PRIORITY=3&PRIORITY=4&TRACE_ID={trace}")) == 2, 5, "both of its lines")
    assert {line["PRIORITY"] for line in bad} <= {"3", "4"}
    assert any("payment failed" in line["MESSAGE"] for line in bad)
    call = await_that(lambda: spans(bench, trace).get("shop: POST payments/charge"), 10, "the span of the call that failed")
    assert {"key": "error", "type": "bool", "value": True} in call["tags"]


def test_a_checkout_is_one_trace_through_shop_payments_and_worker(bench: Bench) -> None:
    trace = secrets.token_hex(16)
    assert checkout(bench, trace) == 200
    above = {
        "payments: POST /charge": "shop: POST payments/charge",
        "shop: INSERT orders": "shop: POST /checkout",
        "worker: ship order": "shop: POST /checkout",
        "worker: UPDATE orders": "worker: ship order",
    }
    wanted = {*above, *above.values()}
    await_that(lambda: wanted <= set(spans(bench, trace)), 10, f"the spans of {wanted}")
    found = spans(bench, trace)
    for span, parent in above.items():
        assert [one["spanID"] for one in found[span]["references"]] == [found[parent]["spanID"]]
    await_that(lambda: inside(bench, "queue", "redis-cli", "hlen", "orders:traces") == "0", 5, "a queue that keeps nothing of it")
    await_that(lambda: measured(bench, 'up{job="traces"}') == 1, 10, "the trace store is watched itself")
    assert {"shop", "payments", "worker"} <= set(get(url(bench, "TRACES", "/api/services")).json()["data"])

    refusals_come_in_words(bench)


def refusals_come_in_words(bench: Bench) -> None:
    there = url(bench, "TRACES", "/v1/traces")
    other = httpx2.post(there, content=b"\n", headers={"Content-Type": "text/plain"}, timeout=5, trust_env=False)
    assert other.status_code == 415 and "OTLP" in other.json()["message"]
    broken = httpx2.post(there, json={"resourceSpans": 1}, timeout=5, trust_env=False)
    assert broken.status_code == 400 and "resourceSpans" in broken.json()["message"]


def test_dashboards_are_drawn_and_the_reading_is_logged(bench: Bench) -> None:
    page = get(url(bench, "OPS", "/d/shop"), **{"X-Gameday-Seat": "seat-1"})
    assert page.status_code == 200
    await_that(lambda: "<svg" in get(url(bench, "OPS", "/d/shop")).text, 10, "a chart")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "could not be asked" not in page.text
    assert get(url(bench, "OPS", "/d/nothing")).status_code == 404
    entries: list[dict[str, Any]] = []
    while more := get(url(bench, "OPS", f"/events?after={entries[-1]['seq'] if entries else 0}")).json()["events"]:
        entries += more
    assert ("/d/shop", "seat-1") in {(e["path"], e["seat"]) for e in entries if e["kind"] == "access"}


def test_the_first_page_gives_commands_that_work_and_releases_have_a_history(bench: Bench) -> None:
    text = get(url(bench, "OPS", "/")).text
    for command in (f"{url(bench, 'LOGS', '/entries')}?SERVICE=payments", url(bench, "TRACES", "/api/services"), 'href="/d/shop"'):
        assert command in text
    assert await_that(lambda: get(url(bench, "LOGS", "/entries?SERVICE=payments")).text, 10, "a line of payments")
    there = url(bench, "OPS", "/releases")
    httpx2.put(f"{there}/shop", json={"release": "v1"}, headers={"X-Gameday-Seat": "seat-7"}, timeout=5, trust_env=False)
    assert "seat-7" in get(there, Accept="text/html").text
    assert get(there).json()["shop"] == "v1"


def test_a_checkout_does_not_wait_for_logs_and_traces_that_are_away(bench: Bench) -> None:
    assert checkout(bench, secrets.token_hex(16)) == 200
    away = [bench.container(part) for part in ("logs", "traces")]
    bench.docker("pause", *away)
    trace = secrets.token_hex(16)
    try:
        taken = [httpx2.post(url(bench, "SHOP", "/checkout"), timeout=2, trust_env=False) for _ in range(10)]
    finally:
        bench.docker("unpause", *away)
    assert [answer.status_code for answer in taken] == [200] * 10
    assert max(answer.elapsed.total_seconds() for answer in taken) < 1
    assert checkout(bench, trace) == 200
    await_that(lambda: spans(bench, trace), 10, "spans, once the store is back")
