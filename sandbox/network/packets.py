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
from collections.abc import Callable, Mapping
from functools import cache

from headers import connection_of, receiver_of
from netlink import Socket, attribute, attributes, message, messages, u32
from treatment import Packet, Treats

QUEUE = 3 << 8
PACKET, VERDICT, CONFIG, VERDICT_BATCH = QUEUE, QUEUE | 1, QUEUE | 2, QUEUE | 3
DROP, ACCEPT = 0, 1
BIND = 1
HEADERS, ALL = 64, 0xFFFF
"""Bytes of a packet that are read: enough to tell its connection, or all."""
HELD_AT_MOST = 65_536
"""Packets in one queue; what comes beyond passes at once."""
FAIL_OPEN, WHOLE_SEGMENTS = 0x1, 0x4
FORGET_AFTER = 10_000
"""Connections whose order is remembered."""
SENT_AGAIN = 0x6D61
"""The mark of a copy that we sent, so that it is not caught once more."""


def read_packet(rest: bytes) -> Packet | None:
    """From what follows a netlink header. None where it is no packet."""
    found = attributes(rest[4:])
    if 1 not in found:
        return None
    (queue,), (number,) = struct.unpack_from(">H", rest, 2), struct.unpack_from(">I", found[1])
    data = found.get(10, b"")
    # The kernel tells the whole length where it copied less.
    size = struct.unpack(">I", found[13])[0] if 13 in found else len(data)
    return Packet(queue, number, connection_of(data), size, data)


def verdict(queue: int, number: int, deed: int, changed: bytes = b"") -> bytes:
    """`changed` takes the place of what is in the packet."""
    if changed:
        return message(VERDICT, 0, attribute(2, u32(deed) + u32(number)) + attribute(10, changed), resource=queue)
    return _head(VERDICT, queue) + _PAIR.pack(deed, number)


def verdict_up_to(queue: int, number: int) -> bytes:
    """Accept every packet of a queue up to this one."""
    return _head(VERDICT_BATCH, queue) + _PAIR.pack(ACCEPT, number)


_PAIR = struct.Struct(">II")


@cache
def _head(kind: int, queue: int) -> bytes:
    """What is the same in every verdict: it is sent for each packet."""
    return message(kind, 0, attribute(2, bytes(_PAIR.size)), resource=queue)[: -_PAIR.size]


class Copies:
    """Sends a packet that is there once more, with its own header. A copy of what came in arrives by way of loopback."""

    def __init__(self) -> None:
        self._sockets = {}
        for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6)):
            try:
                raw = socket.socket(family, socket.SOCK_RAW, 255)  # IPPROTO_RAW: the header comes with the packet
            except OSError:
                if version == 4:
                    raise
                continue  # a kernel without IPv6
            raw.setsockopt(socket.SOL_SOCKET, 36, SENT_AGAIN)  # SO_MARK
            raw.setblocking(False)
            self._sockets[version] = raw

    def send(self, packet: bytes) -> None:
        version = packet[0] >> 4
        address = socket.inet_ntop(socket.AF_INET if version == 4 else socket.AF_INET6, receiver_of(packet))
        try:
            self._sockets[version].sendto(packet, (address, 0))
        except (OSError, KeyError):
            return  # a copy that finds no room is lost, as on any line


class Queues:
    """The queues of one fault: each direction's number, with its treatment."""

    def __init__(self, treatments: Mapping[int, Treats], seed: int, copies: Copies | None = None) -> None:
        self._socket = Socket()
        self._treatments = treatments
        self._copies = copies
        self._chance = {queue: random.Random(f"{seed}/{index}") for index, queue in enumerate(treatments)}
        self._held: list[tuple[float, int, int, int]] = []
        self._taken = 0
        self._latest: dict[bytes, float] = {}
        self._in_order = all(t.in_order for t in treatments.values())

    def bind(self) -> None:
        """Take the queues. Raises Refused, with EBUSY where another process has one of them."""
        for queue, treatment in self._treatments.items():
            self._socket.ask(CONFIG, attribute(1, struct.pack(">BBH", BIND, 0, 0)), resource=queue)
            # No more than is needed crosses over to us.
            read = ALL if treatment.reads_all else HEADERS
            self._socket.ask(CONFIG, attribute(2, struct.pack(">IB", read, 2)), resource=queue)
            self._socket.ask(CONFIG, attribute(3, u32(HELD_AT_MOST)), resource=queue)
            flags = FAIL_OPEN | (WHOLE_SEGMENTS if treatment.whole_segments else 0)
            self._socket.ask(CONFIG, attribute(4, u32(FAIL_OPEN | WHOLE_SEGMENTS)) + attribute(5, u32(flags)), resource=queue)
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
        fate = self._treatments[packet.queue].fate(packet, self._chance[packet.queue], now)
        if fate.lost:
            self._socket.raw.send(verdict(packet.queue, packet.id, DROP))
            return
        if fate.changed or fate.twice:
            self._socket.raw.send(verdict(packet.queue, packet.id, ACCEPT, fate.changed))
            if fate.twice and self._copies:
                self._copies.send(packet.data)
            return
        due = now + fate.wait
        if not self._in_order and packet.connection and not fate.overtakes:
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
