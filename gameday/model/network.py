"""What network faults are told in: which packets of a target, what is done to them, and by which means of this kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from gameday.errors import Missing

if TYPE_CHECKING:
    from gameday.model.protocols import Environment

Direction = Literal["in", "out", "both"]
"""Packets that reach the target, that leave it, or both."""
BackEnd = Literal["netem", "tbf", "nfqueue", "nftables-owner", "nftables", "proxy"]
DROPS: tuple[BackEnd, ...] = ("nftables-owner", "nftables")
"""Back ends that drop and reject."""

SAYS: Mapping[str, str] = {
    "netem": "netem (kernel modules sch_netem, sch_htb and cls_u32)",
    "tbf": "tbf (kernel modules sch_tbf, sch_htb and cls_u32)",
    "nfqueue": "NFQUEUE (kernel module nfnetlink_queue)",
    "nftables-owner": "nftables tables that end with their process (Linux 5.12)",
    "nftables": "nftables (kernel module nf_tables)",
    "proxy": "redirection in nftables tables that end with their process (kernel module nft_redir, Linux 5.12)",
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


class Flow(NamedTuple):
    """Which packets of a target. No peer: with everybody; no port: all."""

    direction: Direction = "both"
    peer: str | None = None
    port: int | None = None

    def peers(self, environment: Environment) -> tuple[str, ...]:
        """The addresses that `peer` stands for now; none: everybody. Raises InvalidInput where a service has none."""
        if self.peer is None:
            return ()
        return (self.peer,) if _is_address(self.peer) else environment.addresses(self.peer)


class Order(NamedTuple):
    """What is done to which packets: words for the engine, and the back ends that can do it, the first choice first."""

    flow: Flow
    back_ends: tuple[BackEnd, ...]
    words: tuple[str, ...]

    @property
    def queues(self) -> int:
        """How many packet queues are listened to where it is done by nfqueue."""
        return (2 if self.flow.direction == "both" else 1) if "nfqueue" in self.back_ends else 0


def share(percent: float) -> str:
    return f"{percent / 100:.6f}"


def choose(fault: str, abilities: Mapping[str, str], back_ends: tuple[BackEnd, ...]) -> BackEnd:
    """The first that this host has. `abilities`: why it cannot, empty where it can. Raises Missing, naming what it lacks."""
    for back_end in back_ends:
        if abilities.get(back_end) == "":
            return back_end
    lacking = "; ".join(f"{SAYS[b]}: {abilities.get(b, 'was not tried')}" for b in back_ends)
    raise Missing(f"{fault} cannot be injected on this host, which has none of: {lacking}")
