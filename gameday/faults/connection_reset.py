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

from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.network import Direction, Peer, Port, in_place, sidecar_of, undo_of
from gameday.model.noun import Noun

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment
    from gameday.model.sidecar import Sidecar
    from gameday.model.undo import Undo


class ConnectionReset(Noun):
    """`{fault: connection_reset, target: shop, peer: db, port: 5432}`."""

    name: ClassVar[str] = "connection_reset"
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
        return sidecar_of(self, environment, target, ("nftables-owner", "nftables"), "--deed", "reset")
