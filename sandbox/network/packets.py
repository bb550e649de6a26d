"""Packets that the kernel hands over (NFQUEUE), held for a while, and handed back or dropped.

Fails open: the kernel lets packets pass where nobody listens, and where more wait than it can hold. Seeded: the same
seed treats the same sequence of packets the same way.
"""

import heapq
import random
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import NamedTuple

from netlink import Socket, attribute, attributes, message, messages, u32

QUEUE = 3 << 8
PACKET, VERDICT, CONFIG, VERDICT_BATCH = QUEUE, QUEUE | 1, QUEUE | 2, QUEUE | 3
DROP, ACCEPT = 0, 1
BIND = 1
HEADERS = 64
"""Bytes of a packet that are read to tell its connection."""
HELD_AT_MOST = 65_536
"""Packets in one queue; what comes beyond passes at once."""
FAIL_OPEN, WHOLE_SEGMENTS = 0x1, 0x4
FORGET_AFTER = 10_000
"""Connections whose order is remembered."""


class Treatment(NamedTuple):
    """What happens to each packet of one direction. Seconds; loss is a share between 0 and 1."""

    delay: float = 0.0
    jitter: float = 0.0
    distribution: str = "uniform"
    loss: float = 0.0

    @property
    def is_constant(self) -> bool:
        """Every packet waits equally long, so their order is that of their coming."""
        return not self.jitter and not self.loss

    def wait(self, chance: random.Random) -> float | None:
        """Seconds to hold the next packet; none: it is lost."""
        if self.loss and chance.random() < self.loss:
            return None
        if not self.jitter:
            return self.delay
        drawn = chance.gauss(0, self.jitter) if self.distribution == "normal" else chance.uniform(-self.jitter, self.jitter)
        return max(0.0, self.delay + drawn)


class Packet(NamedTuple):
    """One packet as the kernel told it: `connection` is what it has of addresses and ports."""

    queue: int
    id: int
    connection: bytes


def read_packet(rest: bytes) -> Packet | None:
    """From what follows a netlink header. None where it is no packet."""
    found = attributes(rest[4:])
    if 1 not in found:
        return None
    (queue,), (number,) = struct.unpack_from(">H", rest, 2), struct.unpack_from(">I", found[1])
    return Packet(queue, number, connection_of(found.get(10, b"")))


def connection_of(start: bytes) -> bytes:
    """Protocol, addresses and ports of an IP packet; empty where it cannot be told."""
    if len(start) >= 20 and start[0] >> 4 == 4:
        size = (start[0] & 15) * 4
        return start[9:10] + start[12:20] + start[size : size + 4]
    if len(start) >= 44 and start[0] >> 4 == 6:
        return start[6:7] + start[8:44]
    return b""


def verdict(queue: int, number: int, deed: int) -> bytes:
    return message(VERDICT, 0, attribute(2, u32(deed) + u32(number)), resource=queue)


def verdict_up_to(queue: int, number: int) -> bytes:
    """Accept every packet of a queue up to this one."""
    return message(VERDICT_BATCH, 0, attribute(2, u32(ACCEPT) + u32(number)), resource=queue)


class Queues:
    """The queues of one fault: each direction's number, with its treatment."""

    def __init__(self, treatments: dict[int, Treatment], seed: int) -> None:
        self._socket = Socket()
        self._treatments = treatments
        self._chance = {queue: random.Random(f"{seed}/{index}") for index, queue in enumerate(treatments)}
        self._held: list[tuple[float, int, int, int]] = []
        self._taken = 0
        self._latest: dict[bytes, float] = {}
        self._in_order = all(t.is_constant for t in treatments.values())

    def bind(self) -> None:
        """Take the queues. Raises Refused, with EBUSY where another process has one of them."""
        for queue in self._treatments:
            self._socket.ask(CONFIG, attribute(1, struct.pack(">BBH", BIND, 0, 0)), resource=queue)
            # No more than headers cross over to us, and no checksum is computed for it.
            self._socket.ask(CONFIG, attribute(2, struct.pack(">IB", HEADERS, 2)), resource=queue)
            self._socket.ask(CONFIG, attribute(3, u32(HELD_AT_MOST)), resource=queue)
            flags = FAIL_OPEN | WHOLE_SEGMENTS
            self._socket.ask(CONFIG, attribute(4, u32(flags)) + attribute(5, u32(flags)), resource=queue)
        raw = self._socket.raw
        try:
            raw.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        except OSError:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        raw.setsockopt(270, 5, 1)  # SOL_NETLINK, NETLINK_NO_ENOBUFS: what finds no room passes, and is no error
        raw.setblocking(False)

    def run(self, until: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Treat packets until a moment on the monotonic clock. A signal's exception ends it too."""
        raw = self._socket.raw
        while (now := clock()) < until:
            self._release(now)
            wake = min(until, self._held[0][0] if self._held else until)
            readable, _, _ = select.select([raw], [], [], max(0.0, wake - clock()))
            if readable:
                self._take(clock)

    def let_all_pass(self) -> None:
        """Hand back what is held, at once."""
        self._release(float("inf"))

    def _take(self, clock: Callable[[], float]) -> None:
        """Everything that is there, up to a bound, so that what is due is not kept waiting."""
        for _ in range(256):
            try:
                data = self._socket.raw.recv(65_536)
            except BlockingIOError:
                return
            now = clock()
            for kind, _, rest in messages(data):
                packet = read_packet(rest) if kind == PACKET else None
                if packet is not None:
                    self._hold(packet, now)

    def _hold(self, packet: Packet, now: float) -> None:
        wait = self._treatments[packet.queue].wait(self._chance[packet.queue])
        if wait is None:
            self._socket.raw.send(verdict(packet.queue, packet.id, DROP))
            return
        due = now + wait
        if not self._in_order and packet.connection:
            # Packets of one connection never overtake each other: jitter is not reordering.
            due = self._latest[packet.connection] = max(due, self._latest.get(packet.connection, 0.0))
            if len(self._latest) > FORGET_AFTER:
                self._latest.clear()
        self._taken += 1
        heapq.heappush(self._held, (due, self._taken, packet.queue, packet.id))

    def _release(self, now: float) -> None:
        ready: list[bytes] = []
        last: dict[int, int] = {}
        while self._held and self._held[0][0] <= now:
            _, _, queue, number = heapq.heappop(self._held)
            if self._in_order:
                last[queue] = number
            else:
                ready.append(verdict(queue, number, ACCEPT))
        ready += [verdict_up_to(queue, number) for queue, number in last.items()]
        for first in range(0, len(ready), 256):
            self._socket.raw.send(b"".join(ready[first : first + 256]))
