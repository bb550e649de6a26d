"""How a service tells what it does: lines to the log aggregator, spans to the trace store. Both may be away."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import aiohttp
import journal
import tracing
from aiohttp import web
from batches import Batches, post
from prometheus_client import Counter
from tracing import Context, Span

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOGS_URL = os.environ.get("LOGS_URL", "http://logs:19532") + "/upload"
TRACES_URL = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "http://traces:8000") + "/v1/traces"
LINES_DROPPED = Counter("service_log_lines_dropped", "Log lines that did not reach the aggregator.")
SPANS_DROPPED = Counter("service_spans_dropped", "Spans that did not reach the trace store.")


def _upload(lines: Sequence[bytes]) -> None:
    post(LOGS_URL, b"".join(lines), journal.CONTENT_TYPE)


_lines: Batches[bytes] = Batches(_upload, LINES_DROPPED.inc)


def begin(service: str) -> None:
    """Start to ship; once a process."""

    def upload(spans: Sequence[Span]) -> None:
        post(TRACES_URL, json.dumps(tracing.otlp(service, spans)).encode(), "application/json")

    spans: Batches[Span] = Batches(upload, SPANS_DROPPED.inc)
    tracing.record_with(spans.put)
    spans.start()
    _lines.start()


def ship(service: str, level: str, message: str, more: Mapping[str, Any]) -> None:
    """One line to the aggregator, later."""
    fields = journal.line_fields(service, level, message, tracing.trace_id(), more)
    _lines.put(journal.export({**journal.stamps(), **fields}))


def trace_requests(quiet: Sequence[str]) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    """A server span for each request, in the caller's trace where it names one."""

    @web.middleware
    async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in quiet:
            return await handler(request)
        route = getattr(request.match_info.route.resource, "canonical", request.path)
        parent = Context.parse(request.headers.get("traceparent", ""))
        about = {"http.request.method": request.method, "url.path": request.path[:500]}
        with tracing.span(f"{request.method} {route}", tracing.SERVER, parent, **about) as span:
            try:
                response = await handler(request)
            except web.HTTPException as answer:
                response = answer
            _answered(span, response.status)
        # Outside of the span: an answer such as 404 is no failure of it.
        if isinstance(response, web.HTTPException):
            raise response
        return response

    return traced


def _answered(span: Span, status: int) -> None:
    span.attributes["http.response.status_code"] = status
    if status >= 500:
        span.fail(f"status {status}")


def trace_calls() -> aiohttp.TraceConfig:
    """For a ClientSession: a client span for each call inside a request, and the context passed on."""
    config = aiohttp.TraceConfig()
    config.on_request_start.append(_call_begins)
    config.on_request_end.append(_call_answered)
    config.on_request_exception.append(_call_failed)
    return config


async def _call_begins(session: aiohttp.ClientSession, call: SimpleNamespace, about: aiohttp.TraceRequestStartParams) -> None:
    where = {"http.request.method": about.method, "server.address": about.url.host or "", "url.path": about.url.path[:500]}
    call.span = tracing.begin_call(f"{about.method} {about.url.host}{about.url.path}", **where)
    # Outside of a request nobody waits for: the one called need not record it either.
    context = call.span.context if call.span else Context(**{**vars(Context.new()), "sampled": False})
    about.headers["traceparent"] = context.header()


async def _call_answered(session: aiohttp.ClientSession, call: SimpleNamespace, about: aiohttp.TraceRequestEndParams) -> None:
    if call.span:
        _answered(call.span, about.response.status)
        tracing.end(call.span)


async def _call_failed(session: aiohttp.ClientSession, call: SimpleNamespace, about: aiohttp.TraceRequestExceptionParams) -> None:
    if call.span:
        # A time-out arrives here as the cancellation that aiohttp makes of it.
        call.span.fail("TimeoutError" if type(about.exception).__name__ == "CancelledError" else type(about.exception).__name__)
        tracing.end(call.span)
