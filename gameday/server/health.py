"""Health and metrics over HTTP: three pages that are read, none that changes anything. A console may move in beside them."""

from __future__ import annotations

import hmac
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gameday.errors import GamedayError, Missing, Refused
from gameday.model.settings import ServerSettings

LOG = logging.getLogger("gameday.server")
LOOPBACK = ("127.", "localhost")


@dataclass(frozen=True)
class Health:
    """How a server is doing. None of it gives a moment of a surprise away."""

    alive: bool
    """Its loop went round a moment ago."""
    store: str
    """Why the store did not answer the loop's last round; empty where it did. It is not asked anew: that may take its time."""
    agent: bool
    """An agent is on this host."""
    trouble: str
    """Why the files of schedules cannot be read."""
    schedules: int
    late_seconds: float
    """How late the last slot was taken after its moment."""
    notices_sent: int
    notices_failed: int
    slots: Callable[[], Sequence[tuple[str, str, int]]] = tuple
    """How many there are of each state and cause. Asks the store, and raises Missing."""

    @property
    def ready(self) -> bool:
        return self.alive and not self.store and self.agent and not self.trouble


def application(health: Callable[[], Health], token: str = "", hosts: Sequence[str] = (), more: Sequence[BaseRoute] = ()) -> Starlette:
    """The pages. `token` is asked for everywhere but at /healthz; `more` is where a console comes in."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Metrics(health))

    def healthz(_request: Request) -> Response:
        alive = health().alive
        return PlainTextResponse("alive\n" if alive else "the loop stands still\n", 200 if alive else 503)

    def readyz(request: Request) -> Response:
        if not _may(request, token):
            return _refusal()
        now = health()
        told = {"ready": now.ready, "store": now.store or "ok", "agent": now.agent, "schedules": now.trouble or "ok"}
        return JSONResponse(told, 200 if now.ready else 503)

    def metrics(request: Request) -> Response:
        return (
            Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")
            if _may(request, token)
            else _refusal()
        )

    pages = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics), *more]
    # A page in a browser that had this name lead here would not have one of these hosts.
    return Starlette(routes=pages, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", *hosts])])


def _may(request: Request, token: str) -> bool:
    said = request.headers.get("authorization", "")
    return not token or hmac.compare_digest(said.encode(), f"Bearer {token}".encode())


def _refusal() -> Response:
    return PlainTextResponse("a bearer token is wanted\n", 401, {"WWW-Authenticate": "Bearer"})


class _Metrics(Collector):
    def __init__(self, health: Callable[[], Health]) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        now, counted = self._counted()
        for name, about, value in (
            ("ready", "Whether slots are taken and run: store, agent and schedules are well.", now.ready),
            ("store_up", "Whether the store answers.", not now.store),
            ("agent_up", "Whether an agent is on this host.", now.agent),
            ("schedules_readable", "Whether the files of schedules can be read.", not now.trouble),
            ("schedules", "Schedules in force.", now.schedules),
            ("slot_taken_late_seconds", "How late the last slot was taken after its moment.", now.late_seconds),
            ("notices_sent", "Notices that arrived, since the server started.", now.notices_sent),
            ("notices_failed", "Tries to send a notice that failed, since the server started.", now.notices_failed),
        ):
            yield GaugeMetricFamily(f"gameday_{name}", about, value=float(value))
        slots = GaugeMetricFamily("gameday_slots", "Slots in the store, by what became of them.", labels=["state", "cause"])
        for state, cause, number in counted:
            slots.add_metric([state, cause], number)
        yield slots

    def _counted(self) -> tuple[Health, Sequence[tuple[str, str, int]]]:
        now = self._health()
        try:
            return now, () if now.store else now.slots()
        except GamedayError as error:
            return replace(now, store=str(error)), ()


class HealthServer:
    """Serves an application from a thread. Refuses to be reached from elsewhere without a token and a certificate."""

    def __init__(self, settings: ServerSettings, root: Path, made: Callable[[Sequence[str]], Starlette]) -> None:
        host, _, port = settings.listen.rpartition(":")
        if not host.startswith(LOOPBACK) and (settings.token is None or settings.certificate is None or settings.key is None):
            raise Refused(
                f'[server] listen = "{settings.listen}" can be reached from elsewhere; add token, certificate and key under [server] '
                "in gameday.toml, or listen on 127.0.0.1"
            )
        try:
            self._socket = socket.create_server((host, int(port)), backlog=64)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise Missing(f"cannot listen on {settings.listen}: {why}; write another [server] listen in gameday.toml") from error
        certificate = str(root / settings.certificate) if settings.certificate else None
        config = uvicorn.Config(
            made(() if host.startswith(LOOPBACK) else ("*",)), log_config=None, access_log=False, server_header=False, lifespan="off",
            ws="none", http="h11", loop="asyncio", timeout_keep_alive=5, limit_concurrency=32, h11_max_incomplete_event_size=16_384,
            ssl_certfile=certificate, ssl_keyfile=str(root / settings.key) if settings.key and certificate else None,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)
        self.address = f"{'https' if certificate else 'http'}://{host}:{self._socket.getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        with closing(self._socket):
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(3)
