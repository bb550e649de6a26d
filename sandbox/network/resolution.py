"""Name resolution that fails: a resolver's answers, turned into the answer that is wanted, or lost."""

import random
import struct
from typing import NamedTuple

from headers import UDP, parts_of, udp_with
from treatment import Fate, Packet

CODES = {"servfail": 2, "nxdomain": 3}
_HEADER = struct.Struct(">HHHHHH")
_ANSWER, _KEPT = 0x8000, 0x7980
"""Flags of an answer: that it is one; those that stay: what was asked for (opcode, recursion) and offered."""


class Question(NamedTuple):
    """The name that a message asks about, in lower case, and where the question ends."""

    name: str
    end: int


def question_of(message: bytes) -> Question | None:
    """None where it is no DNS message with one question."""
    if len(message) < _HEADER.size or _HEADER.unpack_from(message)[2] != 1:
        return None
    labels, at = [], _HEADER.size
    while at < len(message) and (size := message[at]):
        if size > 63:
            return None
        labels.append(message[at + 1 : at + 1 + size])
        at += 1 + size
    end = at + 5
    return Question(b".".join(labels).decode("ascii", "replace").lower(), end) if end <= len(message) else None


def failing(message: bytes, question: Question, code: int) -> bytes:
    """The answer without answers."""
    number, flags, *_ = _HEADER.unpack_from(message)
    header = _HEADER.pack(number, _ANSWER | flags & _KEPT | code, 1, 0, 0, 0)
    return header + message[_HEADER.size : question.end]


class Resolution(NamedTuple):
    """What happens to answers about these names and all below them; no names: about all. No code: no answer comes."""

    code: int | None
    names: tuple[str, ...] = ()

    in_order = False
    whole_segments = False
    reads_all = True

    def fate(self, packet: Packet, chance: random.Random, now: float) -> Fate:
        parts = parts_of(packet.data)
        if parts is None:
            return Fate()
        over_udp = parts.protocol == UDP
        body = packet.data[parts.transport + 8 :] if over_udp else _of_tcp(packet.data, parts.transport)
        question = question_of(body)
        if question is None or not self._meant(question.name):
            return Fate()
        if self.code is None or not over_udp:
            return Fate(lost=True)
        return Fate(changed=udp_with(packet.data, failing(body, question, self.code)))

    def _meant(self, name: str) -> bool:
        return not self.names or any(name == one or name.endswith(f".{one}") for one in self.names)


def _of_tcp(packet: bytes, transport: int) -> bytes:
    """The message in a segment that begins with one: behind the header and two bytes of length."""
    header = (packet[transport + 12] >> 4) * 4 if len(packet) > transport + 12 else 0
    return packet[transport + header + 2 :]
