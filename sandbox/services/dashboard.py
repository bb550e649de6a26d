"""Dashboards in Grafana's JSON, as far as a page without scripts can draw them: time series and single numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPAN = re.compile(r"now-([1-9][0-9]{0,4})([smhd])")
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
LONGEST = 7 * 86_400
POINTS = 200
"""Steps of one line."""
UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Target:
    """One query of a panel. `legend` as in Grafana: `{{label}}` stands for a label's value."""

    expr: str
    legend: str

    def name(self, labels: Mapping[str, str]) -> str:
        """What a series is called."""
        if self.legend and self.legend != "__auto":
            return re.sub(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}", lambda found: labels.get(found[1], ""), self.legend)
        return ", ".join(f"{k}={v}" for k, v in sorted(labels.items()) if k != "__name__") or labels.get("__name__", "value")


@dataclass(frozen=True)
class Panel:
    """A panel and its place on a grid of 24 columns."""

    title: str
    kind: str
    unit: str
    description: str
    targets: tuple[Target, ...]
    thresholds: tuple[float, ...]
    """Values at which a line is drawn across."""
    top: int
    left: int
    width: int


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    description: str
    since: str
    """The usual range, such as `now-15m`."""
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Range:
    """What a page shows: from so many seconds ago until now, in steps (s)."""

    seconds: int
    step: int

    @classmethod
    def of(cls, since: str, usual: str) -> Range:
        """Read `now-15m`; what is not of that form, or reaches back too far, is the usual range."""
        found = SPAN.fullmatch(since) or SPAN.fullmatch(usual)
        seconds = int(found[1]) * SECONDS[found[2]] if found else 900
        seconds = min(max(seconds, 60), LONGEST)
        return cls(seconds, max(1, seconds // POINTS))

    def filled(self, expr: str, scrape: float) -> str:
        """A query with Grafana's variables filled in. `scrape` is the scrape interval in seconds."""
        # Grafana's rule, so that a rate never looks at fewer than four samples; ten seconds, so that it is no comb.
        rate = max(4 * scrape, self.step + scrape, 10)
        for name, value in (("__rate_interval", rate), ("__interval", max(self.step, scrape)), ("__range", self.seconds)):
            expr = expr.replace(f"${name}", f"{value:.0f}s").replace(f"${{{name}}}", f"{value:.0f}s")
        return expr


def read(text: str) -> Dashboard:
    """Raises ValueError where the text is no dashboard."""
    document = json.loads(text)
    if not isinstance(document, dict) or not UID.fullmatch(str(document.get("uid", ""))):
        raise ValueError("a dashboard is a JSON object with a uid")
    panels = sorted((_panel(one) for one in _list(document, "panels") if one.get("type") != "row"), key=lambda p: (p.top, p.left))
    return Dashboard(
        str(document["uid"]), str(document.get("title", document["uid"])), str(document.get("description", "")),
        str(_map(document, "time").get("from", "now-15m")), tuple(panels),
    )  # fmt: skip


def read_all(folder: Path) -> tuple[dict[str, Dashboard], list[str]]:
    """All dashboards of a folder by uid, and a sentence for each file that is none."""
    found: dict[str, Dashboard] = {}
    wrong: list[str] = []
    for file in sorted(folder.glob("*.json")):
        try:
            dashboard = read(file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            wrong.append(f"{file.name}: {error}")
        else:
            found[dashboard.uid] = dashboard
    return found, wrong


def _panel(document: Mapping[str, Any]) -> Panel:
    defaults = _map(_map(document, "fieldConfig"), "defaults")
    drawn = _map(_map(defaults, "custom"), "thresholdsStyle").get("mode", "off") != "off"
    steps = _list(_map(defaults, "thresholds"), "steps") if drawn else []
    place = _map(document, "gridPos")
    return Panel(
        str(document.get("title", "")), str(document.get("type", "")), str(defaults.get("unit", "short")),
        str(document.get("description", "")),
        tuple(Target(str(t["expr"]), str(t.get("legendFormat", ""))) for t in _list(document, "targets") if t.get("expr")),
        tuple(float(s["value"]) for s in steps if isinstance(s.get("value"), int | float)),
        _whole(place, "y", 0), _whole(place, "x", 0), min(24, max(4, _whole(place, "w", 12))),
    )  # fmt: skip


def _map(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def _list(document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _whole(document: Mapping[str, Any], key: str, usual: int) -> int:
    found = document.get(key)
    return found if isinstance(found, int) else usual
