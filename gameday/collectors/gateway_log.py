"""The gateway's access log: requests and failures of each second, as users met them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from gameday import time_of_day
from gameday.clients.docker import Docker
from gameday.model.protocols import Sighting

SETTLED = 1.5
"""Seconds after which a second is complete: a request is logged when it ends, not when it begins."""
OVERLAP = 1.0
"""Seconds before the last look that are asked about again."""
MOST_HURT = 500
"""Customers of one second that are told apart."""


class GatewayLog:
    """Counts the lines of HAProxy's JSON access log into seconds. Requests of our own canary are left out."""

    source = "gateway"
    every = 0.5

    def __init__(self, docker: Docker, container: str, service: str, keep: Callable[[str], object]) -> None:
        self._docker, self._container, self._service, self._keep = docker, container, service, keep
        self._since = time_of_day.now().timestamp() + docker.ahead
        self._seen: set[str] = set()
        self._requests: Counter[int] = Counter()
        self._failed: Counter[int] = Counter()
        self._hurt: dict[int, set[str]] = {}

    def look(self, see: Sighting) -> None:
        asked, ahead = time_of_day.now().timestamp(), self._docker.ahead
        # Its clock may have been set back since the last look, to before whatever was asked about then.
        for stamp, text in self._docker.log_lines(self._container, min(self._since, asked + ahead) - OVERLAP):
            if stamp not in self._seen:
                self._seen.add(stamp)
                self._count(_seconds(stamp) - ahead, text)
        self._since = asked + ahead
        self._tell(see, until=asked - SETTLED)

    def _count(self, at: float, text: str) -> None:
        try:
            line = json.loads(text)
            status, agent = int(line["status"]), str(line.get("agent", ""))
        except (ValueError, KeyError, TypeError):
            return  # HAProxy's own notices share the stream
        self._keep(text)
        if "gameday" in agent and "traffic" not in agent:
            return
        second = int(at)
        self._requests[second] += 1
        # HAProxy writes -1 when the client left first: it did not get what it came for.
        if status >= 500 or status < 0:
            self._failed[second] += 1
            if customer := str(line.get("customer") or ""):
                self._hurt.setdefault(second, set()).add(_pseudonym(customer))

    def _tell(self, see: Sighting, until: float) -> None:
        for second in sorted(s for s in self._requests if s < until - 1):
            hurt = sorted(self._hurt.pop(second, ()))[:MOST_HURT]
            data = {"requests": self._requests.pop(second), "failed": self._failed.pop(second, 0), "hurt": hurt}
            see("traffic.sample", ("service", self._service), at=datetime.fromtimestamp(second, UTC), data=data)


def _seconds(stamp: str) -> float:
    """Unix seconds of one of Docker's time stamps."""
    return datetime.fromisoformat(stamp[:26].rstrip("Z") + "+00:00").timestamp()


def _pseudonym(customer: str) -> str:
    """Enough to tell customers apart inside one drill, too little to know them again."""
    return hashlib.sha256(customer.encode()).hexdigest()[:8]
