"""The trace store: takes OTLP over HTTP at `/v1/traces`, answers as Jaeger's query API does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jaeger
import otlp_protobuf
from aiohttp import web
from jaeger import Malformed
from service import metrics, serve
from trace_store import TraceStore

LARGEST = 16 * 1024 * 1024
MOST = 1_000
"""Traces of one answer."""
READERS: dict[str, Callable[[bytes], Any]] = {"application/x-protobuf": otlp_protobuf.request, "application/json": json.loads}
TRACE = re.compile(r"[0-9a-f]{1,32}")


class Traces:
    def __init__(self, store: TraceStore) -> None:
        self._store = store

    async def receive(self, request: web.Request) -> web.Response:
        """OTLP as protobuf or JSON; the answer is in the same encoding."""
        read = READERS.get(request.content_type)
        if not read:
            why = f"send OTLP as {' or '.join(READERS)}, not {request.content_type[:100]}"
            return web.json_response({"code": 3, "message": why}, status=415)
        try:
            spans = list(jaeger.spans(read(await request.read())))
        except (ValueError, RecursionError) as error:
            return web.json_response({"code": 3, "message": f"not OTLP: {error}"}, status=400)
        self._store.add(spans)
        # An empty message is everything: all spans were taken.
        body = b"{}" if request.content_type == "application/json" else b""
        return web.Response(body=body, content_type=request.content_type)

    async def trace(self, request: web.Request) -> web.Response:
        trace = request.match_info["trace"].lower()
        found = self._store.trace(trace.zfill(32)) if TRACE.fullmatch(trace) else []
        if not found:
            return _refused(404, "trace not found")
        return web.json_response(jaeger.answer([found]))

    async def search(self, request: web.Request) -> web.Response:
        """`service`, and where wanted `limit`, `tags` (a JSON object such as {"error": "true"}), `start` and `end` (µs)."""
        service = request.query.get("service", "")
        if not service:
            return _refused(400, "parameter 'service' is required")
        try:
            limit, since, until = (_number(request, *each) for each in (("limit", 20), ("start", 0), ("end", 2**62)))
            found = self._store.search(service, min(limit, MOST), _tags(request), since, until)
        except Malformed as error:
            return _refused(400, str(error))
        return web.json_response(jaeger.answer(found))

    async def services(self, request: web.Request) -> web.Response:
        return web.json_response(jaeger.names(self._store.services()))

    async def operations(self, request: web.Request) -> web.Response:
        return web.json_response(jaeger.names(self._store.operations(request.match_info["service"])))

    async def health(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")


def _number(request: web.Request, name: str, usual: int) -> int:
    text = request.query.get(name, str(usual))
    if not re.fullmatch("[0-9]{1,19}", text):
        raise Malformed(f"parameter {name!r} must be a whole number")
    return min(int(text), 2**62)


def _tags(request: web.Request) -> dict[str, str]:
    try:
        tags: Any = json.loads(request.query.get("tags", "{}"))
    except (ValueError, RecursionError):
        tags = None
    if not isinstance(tags, dict):
        raise Malformed("parameter 'tags' must be a JSON object of texts")
    return {str(key): str(value) for key, value in tags.items()}


def _refused(status: int, why: str) -> web.Response:
    return web.json_response(jaeger.refusal(status, why), status=status)


def application(store: TraceStore) -> web.Application:
    traces = Traces(store)
    app = web.Application(client_max_size=LARGEST)
    app.add_routes([
        web.post("/v1/traces", traces.receive),
        web.get("/api/traces", traces.search), web.get("/api/traces/{trace}", traces.trace),
        web.get("/api/services", traces.services), web.get("/api/services/{service}/operations", traces.operations),
        web.get("/healthz", traces.health), web.get("/metrics", metrics),
    ])  # fmt: skip
    return app


if __name__ == "__main__":
    serve("traces", application(TraceStore(Path("/data/traces.sqlite"))), traced=False)
