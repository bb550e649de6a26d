"""What faults of HTTP requests share: which requests are treated, and the proxy beside the target that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from gameday.model.network import Flow, Order, Peer, Percent, Port, share
from gameday.model.sidecar_fault import SidecarFault

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment
    from gameday.model.sidecar import Sidecar

DRAIN = 5
"""Seconds for answers that are on their way when it ends."""


class HttpFault(SidecarFault):
    """One that treats requests on their way to a target. Each connection carries one request meanwhile."""

    grace: ClassVar[int] = DRAIN

    port: Port
    """Where the target listens, inside its container, with HTTP/1 and without TLS."""
    share: Percent = 100
    """Percent of requests that are treated."""
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./~-]{0,200}$", examples=["/charge"])] = "/"
    """Only requests whose path begins so."""
    peer: Peer | None = None
    """Only requests from this service, address or network; without it, from everybody."""
    spare: Annotated[tuple[Peer, ...], Field(max_length=20)] = ()
    """Services, addresses or networks whose requests pass, such as `[prometheus]`."""
    spare_host: bool = False
    """Requests from this host itself pass, gameday's probes and its traffic among them."""
    reconnect: bool = False
    """Ends connections that are open already, so that their clients come through; without it, they go past until they are closed."""
    seed: int = 0
    """The same seed treats the same requests, counted from the first."""

    def words(self) -> tuple[str, ...]:
        """What is done to a request, as the engine takes it."""
        raise NotImplementedError

    def order(self) -> Order:
        drawn = ("--share", share(self.share), "--seed", str(self.seed), "--path", self.path, "--drain", str(DRAIN - 0.5))
        again = ("--reconnect",) if self.reconnect else ()
        return Order(Flow("in", self.peer, self.port), ("proxy",), ("--deed", "http", *self.words(), *drawn, *again))

    def _sidecar(self, environment: Environment, target: Target) -> Sidecar:
        sidecar = super()._sidecar(environment, target)
        spared = [address for peer in self.spare for address in Flow(peer=peer).peers(environment)]
        if self.spare_host:
            spared += environment.host_addresses(target)
        return sidecar.model_copy(update={"order": (*sidecar.order, *(word for address in spared for word in ("--spare", address)))})
