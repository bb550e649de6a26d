"""Lose packets of a service.

What it does: Each packet, in `direction`, is dropped with the chance `loss` (percent), without an answer. TCP sends it
    again, later and later; UDP does not. `peer` (a service or a network) and `port` narrow it; both are resolved when
    the fault is prepared. Loopback and name resolution lose nothing. The same `seed` drops the same sequence, except by
    netem, which has no seed.
The incident it stands for: A bad cable, an overloaded switch, a saturated link: most requests are as quick as ever, and
    some take seconds.
Undo: `sidecar_remove` ends the helper and with it the rules, which belong to its process in the kernel; `network_clear`
    verifies that nothing is left. Packets pass at once where the helper dies, also by SIGKILL. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port.
"""

from __future__ import annotations

from typing import ClassVar

from gameday.model.network import Order, Percent, share
from gameday.model.sidecar_fault import ChanceFault


class NetworkLoss(ChanceFault):
    """`{fault: network_loss, target: shop, loss: 10, peer: db}`."""

    name: ClassVar[str] = "network_loss"

    loss: Percent
    """Percent of packets that are lost."""

    def order(self) -> Order:
        return self.drawn("--loss", share(self.loss))
