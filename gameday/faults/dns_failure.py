"""Let a service's name resolution fail.

What it does: Answers of the target's resolvers about `names`, and all names below them, become `nxdomain` (there is no such
    name) or `servfail` (the resolver could not tell), or never come (`timeout`). Without `names` all questions fail so.
    Answers over TCP never come. What the target remembers it goes on using, and so do connections that are open. The
    resolver itself answers as ever: only the target is deceived, no other container, and not gameday.
The incident it stands for: A resolver that is down or overloaded, a zone that was deleted, a record that went with a
    deployment, a search path that was changed.
Undo: `sidecar_remove` ends the helper and with it the rules, which belong to its process in the kernel; `network_clear`
    verifies that nothing is left. Packets pass at once where the helper dies, also by SIGKILL. It ends by itself.
Blast radius: One container's name resolution, or that of some names. Resolution over TLS or HTTPS is not touched.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from gameday.model.network import Flow, Order
from gameday.model.sidecar_fault import SidecarFault


def _name(text: str) -> str:
    if len(text) > 253 or not re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*", text):
        raise ValueError(f'"{text}" is not a name; write it as programs ask for it, such as db or api.example.com')
    return text.lower()


class DnsFailure(SidecarFault):
    """`{fault: dns_failure, target: shop, names: [payments], answer: servfail}`."""

    name: ClassVar[str] = "dns_failure"

    names: Annotated[tuple[Annotated[str, AfterValidator(_name)], ...], Field(max_length=20)] = ()
    """Names that are not found, and with each all names below it; without any, all names."""
    answer: Literal["nxdomain", "servfail", "timeout"] = "nxdomain"
    """What is answered: there is no such name, it could not be told, or nothing."""

    def order(self) -> Order:
        names = (word for name in self.names for word in ("--name", name))
        return Order(Flow("in"), ("nfqueue",), ("--deed", "resolve", "--answer", self.answer, *names))
