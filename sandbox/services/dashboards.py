"""Where ops serves dashboards: the files of a folder, drawn from what Prometheus answers."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import dashboard
import dashboard_pages
from aiohttp import web
from chart import Series
from dashboard import Panel, Range
from dashboard_pages import Drawn
from pages import Page
from service import html
from telemetry import trace_calls

WITHIN = 2.0
"""Seconds that Prometheus may take."""
AT_ONCE = 8
SCRAPE = 15.0
"""Seconds between scrapes where Prometheus does not say."""


class Failed(Exception):
    """No usable answer from Prometheus. Says why."""


class Dashboards:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prometheus = os.environ.get("PROMETHEUS_URL", "http://prometheus:9090")
        self._public = os.environ.get("PROMETHEUS_PUBLIC_URL", "http://127.0.0.1:19090")

    def add_to(self, app: web.Application) -> None:
        app.cleanup_ctx.append(self._run)
        app.add_routes([web.get("/dashboards", self.index), web.get("/dashboards/", self.index), web.get("/d/{uid}", self.show)])

    def titles(self) -> dict[str, str]:
        """Title by uid."""
        return {uid: one.title for uid, one in dashboard.read_all(self._folder)[0].items()}

    async def index(self, request: web.Request) -> web.Response:
        found, wrong = dashboard.read_all(self._folder)
        return html(dashboard_pages.index(list(found.values()), wrong))

    async def show(self, request: web.Request) -> web.Response:
        found = dashboard.read_all(self._folder)[0].get(request.match_info["uid"])
        if not found:
            return html(Page("No such dashboard", "<p>There is no dashboard of this name.</p>").html(), status=404)
        range_, now = Range.of(request.query.get("from", ""), found.since), time.time()
        scrape = await self._scrape_interval()
        drawn = await asyncio.gather(*(self._draw(panel, range_, now, scrape) for panel in found.panels))
        return html(dashboard_pages.show(found, drawn, range_, now, request.query, self._public))

    async def _run(self, app: web.Application) -> AsyncIterator[None]:
        timeout = aiohttp.ClientTimeout(total=WITHIN)
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector, trace_configs=[trace_calls()]) as self._http:
            yield

    async def _draw(self, panel: Panel, range_: Range, now: float, scrape: float) -> Drawn:
        series: list[Series] = []
        try:
            for target in panel.targets:
                # Whole steps, so that a page that is renewed does not tremble.
                end = now // range_.step * range_.step
                query = {
                    "query": range_.filled(target.expr, scrape), "start": str(end - range_.seconds), "end": str(end), "step": str(range_.step),
                }  # fmt: skip
                for result in (await self._ask("query_range", query))["result"]:
                    points = tuple((float(at), float(value)) for at, value in result["values"])
                    series.append(Series(target.name(result["metric"]), points))
        except Failed as failed:
            return Drawn(failed=f"Prometheus could not be asked: {failed}")
        except (KeyError, TypeError, ValueError):
            return Drawn(failed="Prometheus gave an answer that is no range of values.")
        return Drawn(tuple(series))

    async def _scrape_interval(self) -> float:
        """How often Prometheus scrapes (s): the slowest of its targets."""
        try:
            targets = (await self._ask("targets", {"state": "active"}))["activeTargets"]
            texts = [one["scrapeInterval"] for one in targets]
        except (Failed, KeyError, TypeError):
            return SCRAPE
        return max((_seconds(text) for text in texts), default=SCRAPE)

    async def _ask(self, what: str, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            async with self._http.get(f"{self._prometheus}/api/v1/{what}", params=query) as answer:
                body = json.loads(await answer.read())
        except TimeoutError:
            raise Failed(f"no answer within {WITHIN:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Failed(str(error) or type(error).__name__) from error
        if not isinstance(body, dict) or body.get("status") != "success":
            raise Failed(str(body.get("error", "no reason given")) if isinstance(body, dict) else "no object")
        data: dict[str, Any] = body["data"]
        return data


def _seconds(text: str) -> float:
    """`1s`, `15s`, `1m`: what Prometheus writes."""
    found = dashboard.SPAN.fullmatch(f"now-{text}")
    return int(found[1]) * dashboard.SECONDS[found[2]] if found else SCRAPE
