"""What network faults share: which packets they catch, what their sidecar is told, and how it is undone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Protocol

from pydantic import AfterValidator, Field

from gameday.errors import Missing
from gameday.model.sidecar import Sidecar
from gameday.model.undo import Undo, UndoStep

if TYPE_CHECKING:
    from gameday.model.plan import Target
    from gameday.model.protocols import Environment

Direction = Literal["in", "out", "both"]
"""Packets that reach the target, that leave it, or both."""
BackEnd = Literal["netem", "nfqueue", "nftables-owner", "nftables"]

SAYS: Mapping[str, str] = {
    "netem": "netem (kernel module sch_netem)",
    "tbf": "tbf (kernel module sch_tbf)",
    "nfqueue": "NFQUEUE (kernel module nfnetlink_queue)",
    "nftables-owner": "nftables tables that end with their process (Linux 5.12)",
    "nftables": "nftables (kernel module nf_tables)",
}


def _peer(text: str) -> str:
    if _is_address(text) or re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", text):
        return text
    raise ValueError(f'"{text}" is neither the name of a service nor an address such as 10.1.2.3 or 10.0.0.0/8')


def _is_address(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


Peer = Annotated[str, AfterValidator(_peer)]
"""The other side: a service of the same project, or an address or network (CIDR)."""
Port = Annotated[int, Field(ge=1, le=65535)]
"""A TCP or UDP port on either side."""
Percent = Annotated[float, Field(gt=0, le=100)]


class NetworkFault(Protocol):
    """What is read of a fault to know which packets it catches."""

    name: ClassVar[str]

    @property
    def direction(self) -> Direction: ...
    @property
    def peer(self) -> str | None: ...
    @property
    def port(self) -> int | None: ...
    def model_dump_json(self) -> str: ...


def sidecar_of(fault: NetworkFault, environment: Environment, target: Target, back_ends: tuple[BackEnd, ...], *order: str) -> Sidecar:
    """The sidecar that puts this fault on this target, by the first back end that this host has. Raises Missing or InvalidInput."""
    back_end = choose(fault.name, environment.network_abilities, back_ends)
    peers = peers_of(fault, environment)
    flows = ["--direction", fault.direction, *(word for peer in peers for word in ("--peer", peer))]
    port = ["--port", str(fault.port)] if fault.port else []
    name, key, queue = named(fault, target)
    return Sidecar(name=name, key=key, queue=queue, back_end=back_end, peers=peers, order=(*flows, *port, *order))


def named(fault: NetworkFault, target: Target) -> tuple[str, str, int]:
    """Container name, key and first queue. The same for the same fault on the same container, so that it cannot be there twice."""
    digest = hashlib.sha256(f"{fault.name} {target.container} {fault.model_dump_json()}".encode()).hexdigest()
    return f"gameday-network-{digest[:12]}", digest[:12], 1024 + int(digest[12:16], 16) % 32_000 * 2


def peers_of(fault: NetworkFault, environment: Environment) -> tuple[str, ...]:
    """The addresses that `peer` stands for now; none: everybody."""
    if fault.peer is None:
        return ()
    return (fault.peer,) if _is_address(fault.peer) else environment.addresses(fault.peer)


def choose(fault: str, abilities: Mapping[str, str], back_ends: tuple[BackEnd, ...]) -> BackEnd:
    """The first that this host has. `abilities`: why it cannot, empty where it can. Raises Missing, naming what it lacks."""
    for back_end in back_ends:
        if abilities.get(back_end) == "":
            return back_end
    lacking = "; ".join(f"{SAYS[b]}: {abilities.get(b, 'was not tried')}" for b in back_ends)
    raise Missing(f"{fault} cannot be injected on this host, which has none of: {lacking}")


def undo_of(environment: Environment, target: Target, sidecar: Sidecar) -> Undo:
    """Remove the sidecar, then see that nothing of it is left in the target's network namespace."""
    state = environment.state(target)
    return Undo(
        target=target.service,
        identity={"container": target.container, "started_at": state["started_at"]},
        before={**state, "back_end": sidecar.back_end, "peers": ", ".join(sidecar.peers) or "any"},
        steps=(
            UndoStep(verb="sidecar_remove", arguments={"sidecar": sidecar.name}),
            UndoStep(
                verb="network_clear",
                arguments={"container": target.container, "key": sidecar.key, "image": environment.network_image},
            ),
        ),
    )


def in_place(fault: NetworkFault, environment: Environment, target: Target, *, queued: bool) -> bool:
    """Whether the kernel has the rules now, and somebody listens to their queues. Asked inside the sidecar, while it runs."""
    name, key, queue = named(fault, target)
    said = environment.ask_sidecar(name, ("look", "--key", key, "--queue", str(queue)))
    found = {k: int(v) for k, _, v in (word.partition("=") for word in said.split()) if v.isdigit()}
    listening = not queued or found.get("queues", 0) == (2 if fault.direction == "both" else 1)
    return found.get("shaped", 0) > 0 or (found.get("rules", 0) > 0 and listening)
