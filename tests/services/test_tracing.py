"""The trace context, and the spans that are made in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services import service_module

tracing = service_module("tracing")
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def ended() -> Iterator[list[Any]]:
    """Spans that ended, in that order."""
    spans: list[Any] = []
    tracing.record_with(spans.append)
    yield spans
    tracing._record.clear()


@pytest.mark.parametrize(("flags", "sampled"), [("01", True), ("00", False), ("03", True)])
def test_a_traceparent_is_read(flags: str, sampled: bool) -> None:
    assert tracing.Context.parse(f"00-{TRACE}-{SPAN}-{flags}") == tracing.Context(TRACE, SPAN, sampled)


def test_a_later_version_may_say_more() -> None:
    assert tracing.Context.parse(f"01-{TRACE}-{SPAN}-01-more") == tracing.Context(TRACE, SPAN)


@pytest.mark.parametrize(
    "header",
    ["", "nonsense", f"ff-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01-more", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01",
     f"00-{TRACE.upper()}-{SPAN}-01", f"00-{TRACE}-{SPAN}", f"00-{TRACE}-{SPAN}-1"],
)  # fmt: skip
def test_what_is_no_traceparent_begins_a_trace_of_its_own(header: str) -> None:
    assert tracing.Context.parse(header) is None


def test_a_header_is_read_back_as_what_it_was() -> None:
    for context in (tracing.Context.new(), tracing.Context(TRACE, SPAN, sampled=False)):
        assert tracing.Context.parse(context.header()) == context


def test_a_span_is_the_child_of_its_caller_and_the_parent_of_its_calls(ended: list[Any]) -> None:
    with tracing.span("POST /checkout", tracing.SERVER, tracing.Context(TRACE, SPAN)) as server:
        assert tracing.trace_id() == TRACE
        with tracing.span("INSERT orders", tracing.CLIENT):
            pass
    call, request = ended
    assert (request.parent, call.parent) == (SPAN, server.context.span)
    assert {s.context.trace for s in ended} == {TRACE}
    assert request.ended >= call.ended >= call.began >= request.began
    assert tracing.trace_id() == ""


def test_what_is_raised_marks_the_span_and_goes_on(ended: list[Any]) -> None:
    with pytest.raises(KeyError), tracing.span("x", tracing.SERVER):
        raise KeyError
    assert ended[0].error == "KeyError"


def test_a_trace_that_is_not_sampled_is_passed_on_and_not_kept(ended: list[Any]) -> None:
    with tracing.span("poll", tracing.SERVER, tracing.Context(TRACE, SPAN, sampled=False)):
        assert tracing.current().header().startswith(f"00-{TRACE}-") and tracing.current().header().endswith("-00")
        assert tracing.trace_id() == ""
    assert ended == []


def test_a_call_outside_of_a_request_is_no_trace(ended: list[Any]) -> None:
    @tracing.traced("SELECT 1")  # type: ignore[untyped-decorator]  # imported by path
    async def ping() -> int:
        return 1

    async def request() -> int:
        with tracing.span("GET /", tracing.SERVER):
            return int(await ping())

    assert asyncio.run(ping()) == 1 and ended == []
    assert asyncio.run(request()) == 1
    assert [s.name for s in ended] == ["SELECT 1", "GET /"]


def test_spans_are_written_as_otlp(ended: list[Any]) -> None:
    with tracing.span(
        "POST /charge", tracing.SERVER, tracing.Context(TRACE, SPAN), **{"http.response.status_code": 503, "a": True}
    ) as span:
        span.fail("status 503")
    (resource,) = tracing.otlp("payments", ended)["resourceSpans"]
    assert resource["resource"]["attributes"][0] == {"key": "service.name", "value": {"stringValue": "payments"}}
    (written,) = resource["scopeSpans"][0]["spans"]
    assert (written["traceId"], written["parentSpanId"], written["kind"]) == (TRACE, SPAN, 2)
    assert written["status"] == {"code": 2, "message": "status 503"}
    assert written["attributes"] == [
        {"key": "http.response.status_code", "value": {"intValue": "503"}}, {"key": "a", "value": {"boolValue": True}},
    ]  # fmt: skip
    assert int(written["endTimeUnixNano"]) >= int(written["startTimeUnixNano"]) > 10**18
