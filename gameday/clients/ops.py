"""The sandbox's `ops`: feature flags, releases, pager inboxes, status page, runbook pages, and one log of all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gameday.clients.http import HttpClient, Unreachable


@dataclass(frozen=True)
class OpsEntry:
    """One entry of the log of `ops`. `fields` is the entry as it was written."""

    seq: int
    at: datetime
    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class OpsPage:
    """A page in an inbox."""

    number: int
    at: datetime
    status: str
    alert: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class Ops:
    """One `ops`. `seat` marks what is done through this client, so that the audit log can tell who."""

    def __init__(self, url: str, seat: str = "gameday", timeout: float = 2.0, agent: str = "") -> None:
        self.url = url.rstrip("/")
        marks = {"X-Gameday-Seat": seat} | ({"User-Agent": agent} if agent else {})
        self._http = HttpClient(timeout, headers=marks)

    def entries(self, after: int) -> tuple[datetime, list[OpsEntry]]:
        """Entries later than `after`, and the time that `ops` has."""
        answer = self._json("GET", "/events", params={"after": str(after)})
        entries = [OpsEntry(e["seq"], datetime.fromisoformat(e["ts"]), e["kind"], e) for e in answer["events"]]
        return datetime.fromisoformat(answer["now"]), entries

    def last_entry(self) -> int:
        """The number of the newest entry."""
        after = 0
        while True:
            _, entries = self.entries(after)
            if not entries:
                return after
            after = entries[-1].seq

    def inbox(self, receiver: str) -> list[OpsPage]:
        """Pages of a receiver, newest last."""
        return [
            OpsPage(p["page"], datetime.fromisoformat(p["ts"]), p["status"], p["alert"], p["labels"], p["annotations"])
            for p in self._json("GET", f"/inbox/{receiver}")["pages"]
        ]

    def set_flag(self, name: str, value: str) -> None:
        self._json("PUT", f"/flags/{name}", json={"value": value})

    def releases(self) -> dict[str, str]:
        """The current release of each service."""
        return {str(k): str(v) for k, v in self._json("GET", "/releases").items()}

    def deploy(self, service: str, release: str) -> None:
        self._json("PUT", f"/releases/{service}", json={"release": release})

    def post_status(self, state: str, message: str) -> None:
        self._json("POST", "/status", json={"state": state, "message": message})

    def reset(self) -> None:
        """Flags, releases, status page and inboxes back to their defaults."""
        self._json("POST", "/reset")

    def open(self, url_or_path: str) -> int:
        """Open a page as a browser would. Returns the HTTP status."""
        url = url_or_path if "://" in url_or_path else self.url + url_or_path
        return int(self._http.get(url).status)

    def _json(self, method: str, path: str, **more: Any) -> Any:
        answer = self._http.request(method, self.url + path, **more)
        if answer.status >= 400:
            raise Unreachable(f"{method} {self.url}{path} answered {answer.status}")
        return answer.json()
