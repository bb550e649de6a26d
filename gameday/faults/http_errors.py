"""Answer requests to a service with an error.

What it does: A proxy beside the target, in its network namespace, answers `share` percent of the requests that arrive at
    `port` with `status`; the service never sees them. The others go on to it, from its own address. Requests from inside the
    container, such as Docker's health checks, are never caught; nor are connections that were open before, unless
    `reconnect`. HTTP/1 without TLS. The same `seed` draws the same sequence.
The incident it stands for: A dependency that answers, and says no: overloaded, misconfigured, half deployed.
Undo: `sidecar_remove`: the rule goes first, then answers under way are given, then the proxy ends; `network_clear` verifies
    that nothing is left. The rule belongs to the proxy's process in the kernel, so requests pass where that dies, also by
    SIGKILL. It ends by itself.
Blast radius: Requests to one port of one container, or those from one peer.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from gameday.model.http_fault import HttpFault


class HttpErrors(HttpFault):
    """`{fault: http_errors, target: payments, port: 8000, status: 503, share: 30}`."""

    name: ClassVar[str] = "http_errors"

    status: Annotated[int, Field(ge=400, le=599)] = 503
    """What they are answered with."""

    def words(self) -> tuple[str, ...]:
        return ("--status", str(self.status))
