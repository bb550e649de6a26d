"""Faults that a sidecar holds: what each of them says is its order; how it is prepared, injected and seen is the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar

from gameday.model.host import Deeds
from gameday.model.network import BackEnd, Direction, Flow, Order, Peer, Port, choose
from gameday.model.noun import Noun
from gameday.model.sidecar import Sidecar
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment


class SidecarFault(Noun):
    """A fault in a target's network namespace, in effect for as long as its sidecar lives."""

    name: ClassVar[str]
    deeds: ClassVar[Deeds] = Deeds()
    capabilities: ClassVar[tuple[str, ...]] = ("NET_ADMIN",)
    """What its sidecar may do, as Docker calls it."""
    grace: ClassVar[int] = 1
    """Seconds that its sidecar has to end by itself."""

    def order(self) -> Order:
        raise NotImplementedError

    def prepare(self, environment: Environment, target: Target) -> Undo:
        """Remove the sidecar, then see that nothing of it is left in the target's network namespace."""
        sidecar = self._sidecar(environment, target)
        read = {**environment.state(target), "back_end": sidecar.back_end, "peers": ", ".join(sidecar.peers) or "any"}
        clear = {"container": target.container, "key": sidecar.key, "image": environment.network_image}
        return Undo.of(
            target,
            read,
            UndoStep(verb="sidecar_remove", arguments={"sidecar": sidecar.name, "grace": str(self.grace)}),
            UndoStep(verb="network_clear", arguments=clear),
        )

    def inject(self, environment: Environment, target: Target) -> None:
        environment.start_sidecar(target, self._sidecar(environment, target))

    def is_live(self, environment: Environment, target: Target) -> bool:
        """Whether the kernel has the rules now, and somebody listens to their queues. Asked inside the sidecar, while it runs."""
        name, key, queue = self.named(target)
        said = environment.ask_sidecar(name, ("look", "--key", key, "--queue", str(queue)))
        found = {k: int(v) for k, _, v in (word.partition("=") for word in said.split()) if v.isdigit()}
        return found.get("shaped", 0) > 0 or (found.get("rules", 0) > 0 and found.get("queues", 0) == self.order().queues)

    def named(self, target: Target) -> tuple[str, str, int]:
        """Container name, key and first queue. The same for the same fault on the same container, so that it cannot be there twice."""
        digest = hashlib.sha256(f"{self.name} {target.container} {self.model_dump_json()}".encode()).hexdigest()
        return f"gameday-network-{digest[:12]}", digest[:12], 1024 + int(digest[12:16], 16) % 32_000 * 2

    def _sidecar(self, environment: Environment, target: Target) -> Sidecar:
        """By the first back end that this host has. Raises Missing or InvalidInput."""
        flow, back_ends, words = self.order()
        back_end = choose(self.name, environment.network_abilities, back_ends)
        peers = flow.peers(environment)
        flows = ("--direction", flow.direction, *(word for peer in peers for word in ("--peer", peer)))
        port = ("--port", str(flow.port)) if flow.port else ()
        name, key, queue = self.named(target)
        return Sidecar(
            name=name, key=key, queue=queue, back_end=back_end, peers=peers, order=(*flows, *port, *words), capabilities=self.capabilities,
        )  # fmt: skip


class FlowFault(SidecarFault):
    """One whose packets a scenario narrows."""

    direction: Direction = "both"
    """Which packets of the target: those it gets (`in`), those it sends (`out`), or both."""
    peer: Peer | None = None
    """A service of the same project, an address or a network such as 10.0.0.0/8; without it, everybody."""
    port: Port | None = None
    """A port, on either side; without it, all."""

    @property
    def flow(self) -> Flow:
        return Flow(self.direction, self.peer, self.port)

    def queued(self, *words: str, first: BackEnd | None = None, last: BackEnd | None = None) -> Order:
        """Done to packets that wait in a queue. What leaves the target a shaper of the kernel's own can do: `first` where
        its outcome is the same, `last` where chance has a part, since no shaper draws by a seed."""
        one_way = self.direction == "out"
        before, after = ((first,) if first and one_way else ()), ((last,) if last and one_way else ())
        return Order(self.flow, (*before, "nfqueue", *after), ("--deed", "queue", *words))


class ChanceFault(FlowFault):
    """One that draws for each packet."""

    seed: int = 0
    """The same seed draws the same."""

    def drawn(self, *words: str) -> Order:
        return self.queued(*words, "--seed", str(self.seed), last="netem")
