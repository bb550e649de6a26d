"""What all services share: a log line a request, a metrics page, a quick end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Literal

import telemetry
import tracing
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BACKLOG = 4096
"""Connections that the kernel accepts for a frozen process. With the usual 128 its TCP check would fail after a while, and
the gateway would heal what a person must."""
Level = Literal["info", "warning", "error"]
QUIET = ("/healthz", "/metrics", "/events", "/accepted", "/v1/traces")


def now() -> str:
    """RFC 3339 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def log(service: str, message: str, level: Level = "info", **more: Any) -> None:
    """One JSON object on standard output, and one entry for the log aggregator."""
    trace = {"trace": tracing.trace_id()} if tracing.trace_id() else {}
    sys.stdout.write(json.dumps({"ts": now(), "service": service, "level": level, "message": message, **trace, **more}) + "\n")
    telemetry.ship(service, level, message, more)


async def metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def html(text: str, status: int = 200) -> web.Response:
    """A page that may load nothing from anywhere."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    return web.Response(text=text, status=status, content_type="text/html", headers={"Content-Security-Policy": policy})


def serve(service: str, app: web.Application, traced: bool = True) -> None:
    """Serve on port 8000 until SIGTERM; ends within a second."""
    app.middlewares.insert(0, _log_requests(service))
    if traced:
        app.middlewares.insert(0, telemetry.trace_requests(QUIET))
    telemetry.begin(service)
    log(service, "started")
    web.run_app(app, port=8000, access_log=None, print=None, shutdown_timeout=0.5, backlog=BACKLOG)


def _log_requests(service: str) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    @web.middleware
    async def logged(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, status = time.perf_counter(), 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            if request.path not in QUIET:
                ms = round((time.perf_counter() - began) * 1000, 1)
                level: Level = "error" if status >= 500 else "info"
                log(service, "request", level, method=request.method, path=request.path, status=status, ms=ms)

    return logged
