"""OTLP in, Jaeger out, SQLite between."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.services import service_module

jaeger, trace_store = service_module("jaeger"), service_module("trace_store")
TRACE, PARENT, CHILD = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "a3ce929d0e0e4736"


def span(own: str = PARENT, parent: str = "", trace: str = TRACE, began: int = 1_700_000_000_000_000, **more: Any) -> dict[str, Any]:
    """An OTLP span of 20 ms. `began` in microseconds."""
    return {
        "traceId": trace, "spanId": own, "parentSpanId": parent, "name": "POST /checkout", "kind": 2,
        "startTimeUnixNano": str(began * 1000), "endTimeUnixNano": str((began + 20_000) * 1000), **more,
    }  # fmt: skip


def request(service: str, *spans: dict[str, Any]) -> dict[str, Any]:
    about = [{"key": "service.name", "value": {"stringValue": service}}, {"key": "host", "value": {"stringValue": "h1"}}]
    return {"resourceSpans": [{"resource": {"attributes": about}, "scopeSpans": [{"spans": list(spans)}]}]}


def read(*requests: dict[str, Any]) -> list[Any]:
    return [one for each in requests for one in jaeger.spans(each)]


def test_a_trace_is_answered_as_jaeger_does() -> None:
    found = read(request("payments", span(CHILD, PARENT, began=1_700_000_000_000_500)), request("shop", span()))
    (trace,) = jaeger.answer([found])["data"]
    assert trace["traceID"] == TRACE
    first, second = trace["spans"]
    assert [trace["processes"][s["processID"]]["serviceName"] for s in (first, second)] == ["shop", "payments"]
    assert (first["startTime"], first["duration"], first["references"]) == (1_700_000_000_000_000, 20_000, [])
    assert second["references"] == [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": PARENT}]
    assert trace["processes"]["p1"]["tags"] == [{"key": "host", "type": "string", "value": "h1"}]


def test_attributes_kind_and_failure_become_tags() -> None:
    attributes = [
        {"key": "code", "value": {"intValue": "503"}}, {"key": "ratio", "value": {"doubleValue": 0.5}},
        {"key": "ok", "value": {"boolValue": False}}, {"key": "list", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "b"}]}}},
    ]  # fmt: skip
    (stored,) = read(request("shop", span(attributes=attributes, status={"code": 2, "message": "status 503"})))
    tags = {t["key"]: (t["type"], t["value"]) for t in stored.span["tags"]}
    assert tags["code"] == ("int64", 503) and tags["ratio"] == ("float64", 0.5) and tags["ok"] == ("bool", False)
    assert tags["list"] == ("string", '[1, "b"]')
    assert tags["span.kind"] == ("string", "server")
    assert tags["error"] == ("bool", True) and tags["otel.status_description"] == ("string", "status 503")


def test_a_span_that_went_well_is_no_error() -> None:
    (stored,) = read(request("shop", span(status={"code": 0})))
    assert "error" not in {t["key"] for t in stored.span["tags"]}


def test_events_become_logs() -> None:
    event = {"timeUnixNano": "1700000000000001000", "name": "retry", "attributes": []}
    (stored,) = read(request("shop", span(events=[event])))
    assert stored.span["logs"] == [{"timestamp": 1_700_000_000_000_001, "fields": [{"key": "event", "type": "string", "value": "retry"}]}]


def test_ids_in_base64_and_kinds_by_name_are_read_too() -> None:
    (stored,) = read(request("shop", span(base64.b64encode(bytes.fromhex(PARENT)).decode(), kind="SPAN_KIND_CLIENT")))
    assert stored.span["spanID"] == PARENT
    assert {"key": "span.kind", "type": "string", "value": "client"} in stored.span["tags"]


@pytest.mark.parametrize(
    "wrong",
    [[], {"resourceSpans": "x"}, {"resourceSpans": [1]}, request("shop", span("xyz")), request("shop", span(startTimeUnixNano="soon")),
     request("shop", span(attributes={"a": 1})), request("shop", span(parent="short"))],
)  # fmt: skip
def test_what_is_no_otlp_is_refused(wrong: Any) -> None:
    with pytest.raises(jaeger.Malformed):
        list(jaeger.spans(wrong))


def number(value: int) -> str:
    return f"{value:032x}"


def test_a_trace_is_found_by_its_id_and_a_span_sent_twice_is_one() -> None:
    store = trace_store.TraceStore(":memory:")
    store.add(read(request("shop", span())))
    store.add(read(request("shop", span()), request("payments", span(CHILD, PARENT))))
    assert [s.service for s in store.trace(TRACE)] == ["shop", "payments"]
    assert store.trace(number(1)) == []
    assert store.services() == ["payments", "shop"]
    assert store.operations("shop") == ["POST /checkout"]


def test_a_search_gives_the_newest_whole_traces_of_a_service() -> None:
    store = trace_store.TraceStore(":memory:")
    for n in range(1, 6):
        store.add(read(request("shop", span(trace=number(n), began=n)), request("payments", span(CHILD, PARENT, trace=number(n), began=n))))
    found = store.search("payments", 2, {})
    assert [trace[0].trace for trace in found] == [number(5), number(4)]
    assert {s.service for s in found[0]} == {"shop", "payments"}
    assert [t[0].trace for t in store.search("payments", 9, {}, since=2, until=3)] == [number(3), number(2)]
    assert store.search("nobody", 9, {}) == []


def test_a_search_for_failures_leaves_out_what_went_well() -> None:
    store = trace_store.TraceStore(":memory:")
    store.add(read(request("shop", span(trace=number(1)), span(CHILD, trace=number(2), status={"code": 2}))))
    assert [t[0].trace for t in store.search("shop", 9, {"error": "true"})] == [number(2)]


def test_old_spans_go() -> None:
    store = trace_store.TraceStore(":memory:", kept=3)
    for n in range(1, 8):
        store.add(read(request("shop", span(trace=number(n), began=n))))
    assert [t[0].trace for t in store.search("shop", 9, {})] == [number(7), number(6), number(5)]
