"""Netlink with the netfilter subsystem, by hand: attributes, messages, acknowledgements.

Numbers inside attributes are big-endian, as netfilter wants them; headers are in the machine's own order.
"""

import errno
import os
import socket
import struct

NETFILTER = 12
REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
NESTED = 0x8000
ERROR, DONE = 2, 3
_HEADER, _FAMILY = struct.Struct("=IHHII"), struct.Struct(">BBH")
_ATTRIBUTE = struct.Struct("=HH")


class Refused(Exception):
    """The kernel said no. `number` is its errno."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{errno.errorcode.get(number, number)}: {os.strerror(number)}")
        self.number = number


def attribute(kind: int, data: bytes) -> bytes:
    """One attribute, padded to four bytes."""
    return _ATTRIBUTE.pack(len(data) + 4, kind) + data + bytes(-len(data) % 4)


def nested(kind: int, *inner: bytes) -> bytes:
    return attribute(kind | NESTED, b"".join(inner))


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def u16(value: int) -> bytes:
    return struct.pack(">H", value)


def u32(value: int) -> bytes:
    return struct.pack(">I", value & 0xFFFFFFFF)


def message(kind: int, flags: int, body: bytes, *, number: int = 0, family: int = 0, resource: int = 0) -> bytes:
    """A netfilter message: netlink header, family header, attributes. `kind` is subsystem << 8 | type."""
    whole = _FAMILY.pack(family, 0, resource) + body
    return _HEADER.pack(_HEADER.size + len(whole), kind, flags | REQUEST, number, 0) + whole


def attributes(data: bytes) -> dict[int, bytes]:
    """Attributes by kind, flags taken off. Of several of one kind the last."""
    found, at = {}, 0
    while at + 4 <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + length]
        at += length + (-length % 4)
    return found


def messages(data: bytes) -> list[tuple[int, int, bytes]]:
    """(kind, number, what follows the netlink header) of each message in one read."""
    found, at = [], 0
    while at + _HEADER.size <= len(data):
        length, kind, _, number, _ = _HEADER.unpack_from(data, at)
        if length < _HEADER.size:
            break
        found.append((kind, number, data[at + _HEADER.size : at + length]))
        at += length + (-length % 4)
    return found


class Socket:
    """A netfilter socket. What is owned through it ends when it is closed, also by the death of its process."""

    def __init__(self) -> None:
        self.raw = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
        self.raw.bind((0, 0))
        self.port = self.raw.getsockname()[0]
        self._number = 0

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def ask(self, kind: int, body: bytes, *, family: int = 0, resource: int = 0) -> None:
        """Send one message and wait for the kernel's yes. Raises Refused."""
        number = self.next_number()
        self.send([message(kind, ACK, body, number=number, family=family, resource=resource)], {number})

    def send(self, batch: list[bytes], acknowledged: set[int]) -> None:
        """Send messages as one, and wait until each of these numbers is acknowledged. Raises Refused at the first no."""
        self.raw.send(b"".join(batch))
        waiting = set(acknowledged)
        while waiting:
            for kind, number, rest in messages(self._read()):
                if kind != ERROR or number not in waiting:
                    continue  # an answer to an earlier batch, whose first no was enough
                if number_of_error := -struct.unpack_from("=i", rest)[0]:
                    raise Refused(number_of_error)
                waiting.discard(number)

    def dump(self, kind: int, body: bytes, family: int) -> list[dict[int, bytes]]:
        """Everything the kernel lists, as attributes."""
        self.raw.send(message(kind, DUMP, body, number=self.next_number(), family=family))
        found = []
        while True:
            for kind_of, _, rest in messages(self._read()):
                if kind_of == DONE:
                    return found
                if kind_of == ERROR:
                    raise Refused(-struct.unpack_from("=i", rest)[0])
                found.append(attributes(rest[_FAMILY.size :]))

    def _read(self) -> bytes:
        self.raw.settimeout(2)
        return self.raw.recv(1 << 18)
