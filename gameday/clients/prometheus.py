"""Prometheus' HTTP API: alerts, rules, settings, one number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gameday.clients.http import Endpoint, HttpClient, Unreachable
from gameday.model.duration import parse_duration


@dataclass(frozen=True)
class ActiveAlert:
    """An alert that is pending or firing now."""

    name: str
    state: str
    active_at: datetime
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class AlertRule:
    """A loaded alerting rule. Times in seconds."""

    name: str
    for_: float
    evaluation_interval: float
    query: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class Prometheus:
    """One Prometheus server."""

    def __init__(self, server: Endpoint, timeout: float = 2.0) -> None:
        self._url = server.url.rstrip("/")
        self._http = HttpClient(timeout, headers=server.headers, ca=server.ca)

    def alerts(self) -> list[ActiveAlert]:
        return [
            ActiveAlert(
                name=a["labels"].get("alertname", ""),
                state=a["state"],
                active_at=datetime.fromisoformat(_micros(a["activeAt"])),
                labels=a["labels"],
                annotations=a.get("annotations", {}),
            )
            for a in self._data("/api/v1/alerts")["alerts"]
        ]

    def rules(self) -> list[AlertRule]:
        return [
            AlertRule(r["name"], float(r["duration"]), float(g["interval"]), r["query"], r["labels"], r["annotations"])
            for g in self._data("/api/v1/rules")["groups"]
            for r in g["rules"]
            if r["type"] == "alerting"
        ]

    def scrape_interval(self) -> float:
        """Seconds; the shortest of all scrape jobs, since that is the one a fast rule relies on."""
        text = str(self._data("/api/v1/status/config")["yaml"])
        found = re.findall(r"^\s*(?:- )?scrape_interval:\s*(\S+)\s*$", text, re.MULTILINE)
        return min((parse_duration(f).total_seconds() for f in found), default=60.0)

    def _data(self, path: str) -> Any:
        answer = self._http.get(self._url + path)
        if answer.status != 200:
            raise Unreachable(f"{self._url}{path} answered {answer.status}")
        return answer.json()["data"]


def _micros(text: str) -> str:
    """Python reads at most six digits of a second; Prometheus writes nine."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)
