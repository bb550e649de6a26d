"""Damage packets of a service.

What it does: One bit of each packet, in `direction`, is flipped with the chance `corrupt` (percent), behind its IP header.
    Its checksum then does not fit, so that its receiver drops it: TCP sends it again, later and later; UDP does not.
    `peer` (a service or a network) and `port` narrow it; both are resolved when the fault is prepared. Loopback and name
    resolution are left alone. The same `seed` damages the same sequence, except by netem, which has no seed.
The incident it stands for: A bad cable, optic or memory chip in a switch: counters of errors rise where nobody looks, and
    some requests take seconds.
Undo: `sidecar_remove` ends the helper and with it the rules, which belong to its process in the kernel; `network_clear`
    verifies that nothing is left. Packets pass at once where the helper dies, also by SIGKILL. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port.
"""

from __future__ import annotations

from typing import ClassVar

from gameday.model.network import Order, Percent, share
from gameday.model.sidecar_fault import ChanceFault


class NetworkCorrupt(ChanceFault):
    """`{fault: network_corrupt, target: shop, corrupt: 10, peer: db}`."""

    name: ClassVar[str] = "network_corrupt"

    corrupt: Percent
    """Percent of packets that are damaged."""

    def order(self) -> Order:
        return self.drawn("--corrupt", share(self.corrupt))
