"""Send packets of a service twice.

What it does: Each packet, in `direction`, arrives twice with the chance `duplicate` (percent). TCP throws the second one
    away; a program that takes UDP gets both. `peer` (a service or a network) and `port` narrow it; both are resolved when
    the fault is prepared. Loopback and name resolution are left alone. The same `seed` doubles the same sequence, except
    by netem, which has no seed.
The incident it stands for: A loop in a network, two routers that both believe to be the one, a mirror port that leaks: what
    counts datagrams counts too many.
Undo: `sidecar_remove` ends the helper and with it the rules, which belong to its process in the kernel; `network_clear`
    verifies that nothing is left. Packets pass at once where the helper dies, also by SIGKILL. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port.
"""

from __future__ import annotations

from typing import ClassVar

from gameday.model.network import Order, Percent, share
from gameday.model.sidecar_fault import ChanceFault


class NetworkDuplicate(ChanceFault):
    """`{fault: network_duplicate, target: queue, duplicate: 20}`."""

    name: ClassVar[str] = "network_duplicate"
    # A copy is sent as it is, with the sender's own header.
    capabilities: ClassVar[tuple[str, ...]] = ("NET_ADMIN", "NET_RAW")

    duplicate: Percent
    """Percent of packets that arrive twice."""

    def order(self) -> Order:
        return self.drawn("--duplicate", share(self.duplicate))
