"""Cut a service off from a peer, or from everybody.

What it does: Packets between the target and `peer` (a service or a network), at `port`, are dropped without an answer,
    in `direction`. Without peer and port that is the target's whole network: everything but loopback and name
    resolution. Connections that are open already are cut too; they hang until somebody's time-out.
The incident it stands for: A network partition, a firewall rule that went out too wide, a security group that was
    changed, a route that is gone.
Undo: `sidecar_remove` ends the helper, and the kernel removes the rules, which belong to its process (also after
    SIGKILL); `network_clear` verifies that nothing is left. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port. Monitoring that asks the target is cut off
    with the rest where neither is given.
"""

from __future__ import annotations

from typing import ClassVar

from gameday.model.network import DROPS, Order
from gameday.model.sidecar_fault import FlowFault


class NetworkPartition(FlowFault):
    """`{fault: network_partition, target: shop, peer: db, port: 5432}`."""

    name: ClassVar[str] = "network_partition"

    def order(self) -> Order:
        return Order(self.flow, DROPS, ("--deed", "drop"))
