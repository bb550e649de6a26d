"""Hold a service's network to a rate.

What it does: What the target gets (`in`), sends (`out`), or each of both, passes at no more than `rate`. Packets wait in a
    short queue (a fifth of a second of the rate, sixteen kilobytes at least); what finds no room there is lost, as in a
    router, and TCP slows down. `peer` (a service or a network) and `port` narrow it; both are resolved when the fault is
    prepared. Loopback and name resolution are not held back.
The incident it stands for: A saturated link, a backup that takes the line, a cloud instance that has used up its burst:
    small requests are as quick as ever, large ones never end.
Undo: `sidecar_remove` ends the helper and with it what it put in place; `network_clear` verifies that nothing is left, and
    removes what the kernel's own shaper (tbf) keeps where the helper was killed. It ends by itself.
Blast radius: One container's network, or its traffic with one peer or port.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from gameday.model.network import Order
from gameday.model.rate import Rate, format_rate
from gameday.model.sidecar_fault import FlowFault

LOWEST, HIGHEST = 8_000, 100_000_000
"""Bits a second. Beyond that the packets would be held back by being looked at, and not by the rate."""


class NetworkBandwidth(FlowFault):
    """`{fault: network_bandwidth, target: db, rate: 1mbit, direction: out}`."""

    name: ClassVar[str] = "network_bandwidth"

    rate: Rate
    """Bits a second, each way: 512kbit, 10mbit."""

    @field_validator("rate")
    @classmethod
    def _can_be_kept(cls, rate: int) -> int:
        if not LOWEST <= rate <= HIGHEST:
            raise ValueError(f"rate is {format_rate(rate)}; it can be held between {format_rate(LOWEST)} and {format_rate(HIGHEST)}")
        return rate

    def order(self) -> Order:
        return self.queued("--rate", str(self.rate), first="tbf")
