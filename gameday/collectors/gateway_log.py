"""The gateway's access log: requests and failures of each second, as users met them."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from gameday.clients.docker import Docker
from gameday.model.protocols import Sighting

SETTLED = 1.5
"""Seconds after which a second is complete: a request is logged when it ends, not when it begins."""
MOST_HURT = 500
"""Customers of one second that are told apart."""


class GatewayLog:
    """Counts the lines of HAProxy's JSON access log into seconds. Requests of our own canary are left out."""

    source = "gateway"
    every = 0.5

    def __init__(self, docker: Docker, container: str, service: str, keep: Callable[[str], object]) -> None:
        self._docker, self._container, self._service, self._keep = docker, container, service, keep
        self._since = time.time()
        self._last = ""
        self._requests: Counter[int] = Counter()
        self._failed: Counter[int] = Counter()
        self._hurt: dict[int, set[str]] = {}

    def look(self, see: Sighting) -> None:
        asked = time.time()
        for stamp, text in self._docker.log_lines(self._container, self._since):
            if stamp > self._last:
                self._last = stamp
                self._count(stamp, text)
        self._since = asked - 1.0
        self._tell(see, until=asked - SETTLED)

    def _count(self, stamp: str, text: str) -> None:
        try:
            line = json.loads(text)
            status, agent = int(line["status"]), str(line.get("agent", ""))
        except (ValueError, KeyError, TypeError):
            return  # HAProxy's own notices share the stream
        self._keep(text)
        if "gameday" in agent and "traffic" not in agent:
            return
        second = int(datetime.fromisoformat(stamp[:26].rstrip("Z") + "+00:00").timestamp())
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


def _pseudonym(customer: str) -> str:
    """Enough to tell customers apart inside one drill, too little to know them again."""
    return hashlib.sha256(customer.encode()).hexdigest()[:8]
