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

from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.network import Direction, Peer, Port, in_place, sidecar_of, undo_of
from gameday.model.noun import Noun

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment
    from gameday.model.sidecar import Sidecar
    from gameday.model.undo import Undo


class NetworkPartition(Noun):
    """`{fault: network_partition, target: shop, peer: db, port: 5432}`."""

    name: ClassVar[str] = "network_partition"
    deeds: ClassVar[Deeds] = Deeds()

    direction: Direction = "both"
    """Which packets of the target: those it gets (`in`), those it sends (`out`), or both."""
    peer: Peer | None = None
    """A service of the same project, an address or a network such as 10.0.0.0/8; without it, everybody."""
    port: Port | None = None
    """A port, on either side; without it, all."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        return undo_of(environment, target, self._sidecar(environment, target))

    def inject(self, environment: Environment, target: Target) -> None:
        environment.start_sidecar(target, self._sidecar(environment, target))

    def is_live(self, environment: Environment, target: Target) -> bool:
        return in_place(self, environment, target, queued=False)

    def _sidecar(self, environment: Environment, target: Target) -> Sidecar:
        return sidecar_of(self, environment, target, ("nftables-owner", "nftables"), "--deed", "drop")
