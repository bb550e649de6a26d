"""What a team has around its service: flags, releases, status page, runbooks, pager. Everything done here is logged.

There is one log, read at `/events?after=N`; entries are numbered from 1 without a hole. It survives a restart.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from dashboards import Dashboards
from event_log import EventLog
from pager import Pager
from pages import Addresses, Links, Page, inbox_page, index_page, releases_page, runbook_index, runbook_page, table_page
from service import Handler, html, metrics, now, serve

RUNBOOKS = Path("/runbooks")
DASHBOARDS = Path("/dashboards")
LARGEST = 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
STATES = ("operational", "degraded", "outage")
FLAGS = {"checkout_unpaid": "off"}
RELEASES = {"shop": "v1"}
STATUS = {"state": "operational", "message": "All systems work."}
LOGGED = ("/runbooks", "/inbox", "/status", "/flags", "/releases", "/dashboards", "/d/")
ADDRESSES = Addresses(
    shop=os.environ.get("SHOP_PUBLIC_URL", "http://127.0.0.1:18080"),
    ops=os.environ.get("OPS_PUBLIC_URL", "http://127.0.0.1:18090"),
    prometheus=os.environ.get("PROMETHEUS_PUBLIC_URL", "http://127.0.0.1:19090"),
    alertmanager=os.environ.get("ALERTMANAGER_PUBLIC_URL", "http://127.0.0.1:19093"),
    logs=os.environ.get("LOGS_QUERY_URL", "http://127.0.0.1:18091"),
    traces=os.environ.get("TRACES_QUERY_URL", "http://127.0.0.1:18092"),
)


class Ops:
    """All state. Defaults come back with `reset`."""

    def __init__(self, log: EventLog, dashboards: Dashboards) -> None:
        self._log = log
        self._dashboards = dashboards
        self._flags, self._releases, self._status = (dict(FLAGS), dict(RELEASES), dict(STATUS))
        self._pager = Pager()

    async def events(self, request: web.Request) -> web.Response:
        try:
            after = int(request.query.get("after", "0"))
        except ValueError:
            raise _wrong("after must be a whole number") from None
        found = self._log.after(after)
        return web.json_response({"now": now(), "next": found[-1]["seq"] if found else after, "events": found})

    async def receive(self, request: web.Request) -> web.Response:
        receiver = _name(request, "receiver")
        body = await _object(request)
        self._log.add("receipt", receiver=receiver, body=body)
        self._pager.take(receiver, body, now())
        return web.json_response({})

    async def inbox(self, request: web.Request) -> web.Response:
        receiver = _name(request, "receiver")
        pages = self._pager.pages(receiver)
        return _answer(request, {"pages": pages}, lambda: inbox_page(receiver, pages))

    async def acknowledge(self, request: web.Request) -> web.Response:
        receiver, number = _name(request, "receiver"), request.match_info["page"]
        if not (number.isascii() and number.isdigit() and self._pager.acknowledge(receiver, int(number))):
            raise _missing(f"{receiver} has no page {number[:20]}")
        self._log.add("ack", receiver=receiver, page=int(number), seat=_seat(request))
        return web.json_response({"receiver": receiver, "page": int(number), "acked": True})

    async def flags(self, request: web.Request) -> web.Response:
        return _answer(request, self._flags, lambda: table_page("Feature flags", self._flags, 'PUT /flags/NAME {"value": "on"}'))

    async def flag(self, request: web.Request) -> web.Response:
        name = self._known(request, "name", self._flags, "flag")
        return web.json_response({"name": name, "value": self._flags[name]})

    async def set_flag(self, request: web.Request) -> web.Response:
        name = self._known(request, "name", self._flags, "flag")
        value = (await _object(request)).get("value")
        if value not in ("on", "off"):
            raise _wrong('the value of a flag is "on" or "off"')
        self._set_flag(name, value, _seat(request))
        return web.json_response({"name": name, "value": value})

    async def releases(self, request: web.Request) -> web.Response:
        return _answer(
            request,
            self._releases,
            lambda: releases_page(self._releases, self._log.of("release"), 'PUT /releases/SERVICE {"release": "v1"}'),
        )

    async def release(self, request: web.Request) -> web.Response:
        service = self._known(request, "service", self._releases, "service")
        release = (await _object(request)).get("release")
        if not isinstance(release, str) or not NAME.fullmatch(release):
            raise _wrong('a release is a short name such as "v1"')
        self._release(service, release, _seat(request))
        return web.json_response({"service": service, "release": release})

    async def status(self, request: web.Request) -> web.Response:
        return _answer(
            request,
            self._status,
            lambda: table_page("Status of the shop", self._status, 'POST /status {"state": "degraded", "message": "…"}'),
        )

    async def set_status(self, request: web.Request) -> web.Response:
        body = await _object(request)
        state, message = body.get("state"), body.get("message", "")
        if state not in STATES or not isinstance(message, str):
            raise _wrong(f'give "state" (one of {", ".join(STATES)}) and "message"')
        self._set_status({"state": state, "message": message}, _seat(request))
        return web.json_response(self._status)

    async def reset(self, request: web.Request) -> web.Response:
        """Back to the defaults, so that drills do not see each other. Only real changes are logged."""
        for name, value in FLAGS.items():
            if self._flags[name] != value:
                self._set_flag(name, value, "gameday")
        for service, release in RELEASES.items():
            if self._releases[service] != release:
                self._release(service, release, "gameday")
        if self._status != STATUS:
            self._set_status(dict(STATUS), "gameday")
        self._pager.clear()
        return web.json_response({"reset": True})

    async def index(self, request: web.Request) -> web.Response:
        links = Links(self._pager.receivers(), _runbooks(), self._dashboards.titles())
        return html(index_page(links, ADDRESSES, self._status))

    async def runbooks(self, request: web.Request) -> web.Response:
        return html(runbook_index(_runbooks()))

    async def runbook(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        file = RUNBOOKS / f"{name}.md"
        # The pattern admits no slash; a link in the folder must not lead out of it either.
        if not NAME.fullmatch(name) or not file.resolve().is_relative_to(RUNBOOKS.resolve()) or not file.is_file():
            return html(Page("No such runbook", "<p>There is no runbook of this name.</p>").html(), status=404)
        return html(runbook_page(name, file.read_text("utf-8", "replace"), os.environ))

    async def health(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    def _known(self, request: web.Request, key: str, known: dict[str, str], what: str) -> str:
        name = request.match_info[key]
        if name not in known:
            raise _missing(f"no {what} {name[:100]!r}; there is {', '.join(sorted(known))}")
        return name

    def _set_flag(self, name: str, value: str, seat: str) -> None:
        was, self._flags[name] = self._flags[name], value
        self._log.add("flag", name=name, value=value, was=was, seat=seat)

    def _release(self, service: str, release: str, seat: str) -> None:
        was, self._releases[service] = self._releases[service], release
        self._log.add("release", service=service, release=release, was=was, seat=seat)

    def _set_status(self, status: dict[str, str], seat: str) -> None:
        self._status = status
        self._log.add("status", **status, seat=seat)


def _runbooks() -> list[str]:
    return sorted(file.stem for file in RUNBOOKS.glob("*.md"))


def _seat(request: web.Request) -> str:
    return request.headers.get("X-Gameday-Seat", "")[:100]


def _name(request: web.Request, key: str) -> str:
    name = request.match_info[key]
    if not NAME.fullmatch(name):
        raise _wrong(f"not a name: {name[:100]!r}")
    return name


async def _object(request: web.Request) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        body = json.loads(await request.read())
        if isinstance(body, dict):
            return body
    raise _wrong("the body must be one JSON object")


def _wrong(why: str) -> web.HTTPException:
    return web.HTTPBadRequest(text=json.dumps({"error": why}), content_type="application/json")


def _missing(why: str) -> web.HTTPException:
    return web.HTTPNotFound(text=json.dumps({"error": why}), content_type="application/json")


def _answer(request: web.Request, data: Any, page: Callable[[], str]) -> web.Response:
    """JSON, or a page where a browser asks."""
    return html(page()) if "text/html" in request.headers.get("Accept", "") else web.json_response(data)


def access_log(log: EventLog) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    """Who opened which page: evidence that a responder found the documentation."""

    @web.middleware
    async def logged(request: web.Request, handler: Handler) -> web.StreamResponse:
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            if request.method == "GET" and (request.path == "/" or request.path.startswith(LOGGED)) and not _is_the_shop(request):
                agent = request.headers.get("User-Agent", "")[:300]
                log.add("access", method="GET", path=request.path[:500], status=status, agent=agent, seat=_seat(request))

    return logged


def _is_the_shop(request: web.Request) -> bool:
    """The shop polls its flag twice a second."""
    return request.headers.get("User-Agent", "") == "sandbox-shop"


def application(log: EventLog) -> web.Application:
    dashboards = Dashboards(DASHBOARDS)
    ops = Ops(log, dashboards)
    app = web.Application(middlewares=[access_log(log)], client_max_size=LARGEST)
    app.add_routes([
        web.get("/", ops.index), web.get("/healthz", ops.health), web.get("/metrics", metrics), web.get("/events", ops.events),
        web.post("/pager/{receiver}", ops.receive),
        web.get("/inbox/{receiver}", ops.inbox), web.post("/inbox/{receiver}/{page}/ack", ops.acknowledge),
        web.get("/flags", ops.flags), web.get("/flags/{name}", ops.flag), web.put("/flags/{name}", ops.set_flag),
        web.get("/releases", ops.releases), web.put("/releases/{service}", ops.release),
        web.get("/status", ops.status), web.post("/status", ops.set_status), web.post("/reset", ops.reset),
        web.get("/runbooks", ops.runbooks), web.get("/runbooks/", ops.runbooks), web.get("/runbooks/{name}", ops.runbook),
    ])  # fmt: skip
    dashboards.add_to(app)
    return app


if __name__ == "__main__":
    serve("ops", application(EventLog(Path("/data/events.jsonl"))))
