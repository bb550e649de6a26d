"""What happens to each packet of one direction: drawn by chance, or given by the line that it goes through."""

import random
from typing import NamedTuple, Protocol

from headers import damaged

HELD_IN_FRONT = 0.2
"""Seconds of a line's rate that wait in front of it; what comes beyond is lost, as in a router."""
HELD_AT_LEAST = 16_384
"""Bytes that may always wait: ten full packets."""


class Packet(NamedTuple):
    """One packet as the kernel told it: `connection` is what it has of addresses and ports, `data` as much as was copied."""

    queue: int
    id: int
    connection: bytes
    size: int = 0
    data: bytes = b""


class Fate(NamedTuple):
    """Seconds to hold it; whether it is lost, overtakes its own connection, goes twice; and what it is turned into."""

    wait: float = 0.0
    lost: bool = False
    overtakes: bool = False
    twice: bool = False
    changed: bytes = b""


class Treats(Protocol):
    """One direction's treatment."""

    @property
    def in_order(self) -> bool:
        """Every packet waits equally long, so their order is that of their coming."""
        ...

    @property
    def whole_segments(self) -> bool:
        """Packets may come joined, as the kernel passes them on inside of a host: quicker, and no checksum is computed."""
        ...

    @property
    def reads_all(self) -> bool:
        """It needs more of a packet than its headers."""
        ...

    def fate(self, packet: Packet, chance: random.Random, now: float) -> Fate: ...


class Treatment(NamedTuple):
    """By chance. Seconds; the others are shares between 0 and 1."""

    delay: float = 0.0
    jitter: float = 0.0
    distribution: str = "uniform"
    loss: float = 0.0
    corrupt: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0

    @property
    def in_order(self) -> bool:
        return not (self.jitter or self.loss or self.corrupt or self.duplicate or self.reorder)

    @property
    def whole_segments(self) -> bool:
        return not (self.corrupt or self.duplicate or self.reorder)

    @property
    def reads_all(self) -> bool:
        return bool(self.corrupt or self.duplicate)

    def fate(self, packet: Packet, chance: random.Random, now: float) -> Fate:
        if self.loss and chance.random() < self.loss:
            return Fate(lost=True)
        if self.reorder and chance.random() < self.reorder:
            return Fate(overtakes=True)
        changed = damaged(packet.data, chance) if self.corrupt and chance.random() < self.corrupt else b""
        twice = bool(self.duplicate) and chance.random() < self.duplicate
        return Fate(wait=self._wait(chance), twice=twice, changed=changed)

    def _wait(self, chance: random.Random) -> float:
        if not self.jitter:
            return self.delay
        drawn = chance.gauss(0, self.jitter) if self.distribution == "normal" else chance.uniform(-self.jitter, self.jitter)
        return max(0.0, self.delay + drawn)


class Line:
    """A line of a fixed rate (bits a second) and a short queue in front of it. Nothing is drawn."""

    in_order = False
    whole_segments = False
    reads_all = False

    def __init__(self, rate: float) -> None:
        self._bytes_a_second = rate / 8
        self._room = held_in_front(rate) / self._bytes_a_second
        self._free_at = 0.0

    def fate(self, packet: Packet, chance: random.Random, now: float) -> Fate:
        begins = max(now, self._free_at)
        if begins - now > self._room:
            return Fate(lost=True)
        self._free_at = begins + packet.size / self._bytes_a_second
        return Fate(wait=self._free_at - now)


def held_in_front(rate: float) -> int:
    """Bytes that may wait in front of a line of so many bits a second."""
    return int(max(HELD_AT_LEAST, rate / 8 * HELD_IN_FRONT))
