"""Keep Prometheus from reading a service's metrics.

What it does: What Prometheus sends to the target's port is dropped without an answer, so its scrapes time out: `up` goes to
    0, and rules over the target's metrics have nothing to judge any more. Everybody else reaches the target as before.
    Where `port` is left out, all ports are closed to Prometheus.
The incident it stands for: A firewall rule or a network policy that forgot the monitoring; a target that moved. The service
    is well and nobody can see it, or it is not, and nobody can see that.
Undo: `sidecar_remove` ends the helper, and the kernel removes the rules, which belong to its process (also after
    SIGKILL); `network_clear` verifies that nothing is left. It ends by itself.
Blast radius: What Prometheus knows of one container. Alerts that rely on it are blind meanwhile.
"""

from __future__ import annotations

from typing import ClassVar

from gameday.model.network import DROPS, Flow, Order, Peer, Port
from gameday.model.sidecar_fault import SidecarFault


class ScrapeBlocked(SidecarFault):
    """`{fault: scrape_blocked, target: payments, port: 8000}`."""

    name: ClassVar[str] = "scrape_blocked"

    port: Port | None = None
    """The port at which the target tells its metrics; without it, all."""
    prometheus: Peer = "prometheus"
    """The service of the same project that reads them, or its address."""

    def order(self) -> Order:
        return Order(Flow("in", self.prometheus, self.port), DROPS, ("--deed", "drop"))
