"""Let packets of a service overtake each other.

What it does: Each packet, in `direction`, waits for `delay`, except that with the chance `reorder` (percent) it goes at
    once, before those of its connection that were sent in the `delay` before it. TCP takes the gap for a loss and sends
    again; a program that takes UDP sees another order. `peer` (a service or a network) and `port` narrow it; both are
    resolved when the fault is prepared. Loopback and name resolution are left alone. The same `seed` draws the same
    packets, except by netem, which has no seed.
The incident it stands for: A network with several ways of unlike length: a link that flaps, a load balancer that spreads
    packets instead of connections.
Undo: `sidecar_remove` ends the helper and with it the rules, which belong to its process in the kernel; `network_clear`
    verifies that nothing is left. Packets pass at once where the helper dies, also by SIGKILL. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic import field_validator

from gameday.model.duration import Duration, format_duration
from gameday.model.network import Order, Percent, share
from gameday.model.sidecar_fault import ChanceFault

LONGEST = timedelta(seconds=10)


class NetworkReorder(ChanceFault):
    """`{fault: network_reorder, target: shop, reorder: 25, peer: db}`."""

    name: ClassVar[str] = "network_reorder"

    reorder: Percent
    """Percent of packets that overtake the others."""
    delay: Duration = timedelta(milliseconds=10)
    """How long the others wait, each way."""

    @field_validator("delay")
    @classmethod
    def _can_be_kept(cls, delay: timedelta) -> timedelta:
        if delay > LONGEST:
            raise ValueError(f"delay is over {format_duration(LONGEST)}; what makes everybody wait is `network_latency`")
        return delay

    def order(self) -> Order:
        return self.drawn("--delay", f"{self.delay.total_seconds():.6f}", "--reorder", share(self.reorder))
