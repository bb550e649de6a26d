"""Lose packets of a service.

What it does: Each packet, in `direction`, is dropped with the chance `loss` (percent), without an answer. TCP sends it
    again, later and later; UDP does not. `peer` (a service or a network) and `port` narrow it; both are resolved when
    the fault is prepared. Loopback and name resolution lose nothing. The same `seed` drops the same sequence.
The incident it stands for: A bad cable, an overloaded switch, a saturated link: most requests are as quick as ever, and
    some take seconds.
Undo: `sidecar_remove` ends the helper and with it the rules, which belong to its process in the kernel; `network_clear`
    verifies that nothing is left. Packets pass at once where the helper dies, also by SIGKILL. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.network import Direction, Peer, Percent, Port, in_place, sidecar_of, undo_of
from gameday.model.noun import Noun

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment
    from gameday.model.sidecar import Sidecar
    from gameday.model.undo import Undo


class NetworkLoss(Noun):
    """`{fault: network_loss, target: shop, loss: 10, peer: db}`."""

    name: ClassVar[str] = "network_loss"
    deeds: ClassVar[Deeds] = Deeds()

    loss: Percent
    """Percent of packets that are lost."""
    direction: Direction = "both"
    """Which packets of the target: those it gets (`in`), those it sends (`out`), or both."""
    peer: Peer | None = None
    """A service of the same project, an address or a network such as 10.0.0.0/8; without it, everybody."""
    port: Port | None = None
    """A port, on either side; without it, all."""
    seed: int = 0
    """The same seed loses the same packets."""

    def prepare(self, environment: Environment, target: Target) -> Undo:
        return undo_of(environment, target, self._sidecar(environment, target))

    def inject(self, environment: Environment, target: Target) -> None:
        environment.start_sidecar(target, self._sidecar(environment, target))

    def is_live(self, environment: Environment, target: Target) -> bool:
        return in_place(self, environment, target, queued=True)

    def _sidecar(self, environment: Environment, target: Target) -> Sidecar:
        share = ("--loss", f"{self.loss / 100:.6f}", "--seed", str(self.seed))
        return sidecar_of(self, environment, target, ("nfqueue",), "--deed", "queue", *share)
