"""Delay what a service sends and receives.

What it does: Each request's round trip takes `delay` longer. With `direction: both` half of it is added to what reaches
    the target and half to what leaves it; with `in` or `out` all of it on that side. A new connection pays once more
    for its handshake. `jitter` varies the round trip: `uniform` within ± jitter, `normal` with that standard deviation;
    packets of one connection stay in order. `peer` (a service or a network) and `port` narrow it; both are resolved
    when the fault is prepared. Loopback and name resolution are never delayed. Connections that are open already are
    delayed too. The same `seed` draws the same jitter.
The incident it stands for: A far or busy network: a region that fails over to another one, a saturated link, a proxy
    in the way. Nothing fails, everything waits, and time-outs that were never tried are tried.
Undo: `sidecar_remove` ends the helper and with it the rules, which belong to its process in the kernel; `network_clear`
    verifies that nothing is left. Packets pass at once where the helper dies, also by SIGKILL. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port.
"""

from __future__ import annotations

from math import sqrt
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gameday.model.duration import Duration
from gameday.model.network import Order
from gameday.model.sidecar_fault import ChanceFault

LONGEST = 60.0
"""Seconds. Beyond that the kernel holds more packets than it should, and everybody has hung up."""


class NetworkLatency(ChanceFault):
    """`{fault: network_latency, target: payments, delay: 300ms, jitter: 50ms, peer: shop}`."""

    name: ClassVar[str] = "network_latency"

    delay: Duration
    """What is added to each round trip."""
    jitter: Duration | None = None
    """How far the delay of one packet may lie from that."""
    distribution: Literal["uniform", "normal"] = "uniform"
    """How the jitter is spread."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.delay.total_seconds() > LONGEST:
            raise ValueError(f"delay is over {LONGEST:.0f}s; a peer that never answers is `network_partition`")
        if self.jitter and self.jitter > self.delay:
            raise ValueError("jitter is longer than delay; no packet can arrive before it was sent")
        return self

    def order(self) -> Order:
        delay, jitter = self._each_way()
        if not jitter:
            return self.queued("--delay", f"{delay:.6f}", first="netem")
        shape = ("--jitter", f"{jitter:.6f}", "--distribution", self.distribution, "--seed", str(self.seed))
        return self.queued("--delay", f"{delay:.6f}", *shape)

    def _each_way(self) -> tuple[float, float]:
        """Seconds of delay and jitter of one packet, so that a round trip gets what was asked for."""
        ways = 2 if self.direction == "both" else 1
        jitter = self.jitter.total_seconds() if self.jitter else 0.0
        return self.delay.total_seconds() / ways, jitter / (sqrt(ways) if self.distribution == "normal" else ways)
