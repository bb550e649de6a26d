"""Answer a service's TCP packets with a reset.

What it does: Each TCP packet between the target and `peer` (a service or a network), at `port`, in `direction`, is
    dropped, and its sender gets a reset: new connections are refused, open ones break at their next packet. Both peer
    and port are resolved when the fault is prepared. Loopback and name resolution are left alone.
The incident it stands for: A proxy or firewall that restarts, a connection table that overflows, a load balancer that
    forgets its connections: clients fail at once instead of waiting.
Undo: `sidecar_remove` ends the helper, and the kernel removes the rules, which belong to its process (also after
    SIGKILL); `network_clear` verifies that nothing is left. It ends by itself. Connections that were reset stay closed.
Blast radius: One container's TCP connections, or those with one peer or port.
"""

from __future__ import annotations

from typing import ClassVar

from gameday.model.network import DROPS, Order
from gameday.model.sidecar_fault import FlowFault


class ConnectionReset(FlowFault):
    """`{fault: connection_reset, target: shop, peer: db, port: 5432}`."""

    name: ClassVar[str] = "connection_reset"

    def order(self) -> Order:
        return Order(self.flow, DROPS, ("--deed", "reset"))
