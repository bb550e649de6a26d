"""Let requests to a service wait.

What it does: A proxy beside the target, in its network namespace, holds `share` percent of the requests that arrive at
    `port` for `delay`, then hands them to the service, from its own address. Requests from inside the container, such as
    Docker's health checks, are never caught; nor are connections that were open before, unless `reconnect`. HTTP/1 without
    TLS. The same `seed` draws the same sequence. `network_latency` delays every packet instead.
The incident it stands for: A dependency with a long tail: most answers are as quick as ever, some come after the time-out.
Undo: `sidecar_remove`: the rule goes first, then what waits goes on at once and is answered, then the proxy ends;
    `network_clear` verifies that nothing is left. The rule belongs to the proxy's process in the kernel, so requests pass
    where that dies, also by SIGKILL. It ends by itself.
Blast radius: Requests to one port of one container, or those from one peer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from gameday.model.duration import Duration
from gameday.model.http_fault import HttpFault


class HttpSlow(HttpFault):
    """`{fault: http_slow, target: payments, port: 8000, delay: 2s, share: 10}`."""

    name: ClassVar[str] = "http_slow"

    delay: Annotated[Duration, Field(le=timedelta(minutes=5), examples=["2s"])]
    """How long they wait."""

    def words(self) -> tuple[str, ...]:
        return ("--delay", f"{self.delay.total_seconds():.3f}")
