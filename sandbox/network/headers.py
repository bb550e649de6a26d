"""The headers of an IP packet: whose it is, where its parts begin, and how it is changed."""

import random
import struct
from typing import NamedTuple

TCP, UDP = 6, 17


class Parts(NamedTuple):
    """Where the transport header of a packet begins, and which protocol it is of."""

    version: int
    protocol: int
    transport: int


def parts_of(packet: bytes) -> Parts | None:
    """None where it is no IP packet, or too short to tell. Extension headers of IPv6 are not followed."""
    if len(packet) >= 20 and packet[0] >> 4 == 4:
        return Parts(4, packet[9], (packet[0] & 15) * 4)
    if len(packet) >= 40 and packet[0] >> 4 == 6:
        return Parts(6, packet[6], 40)
    return None


def connection_of(packet: bytes) -> bytes:
    """Protocol, addresses and ports; empty where they cannot be told."""
    parts = parts_of(packet)
    if parts is None or len(packet) < parts.transport + 4:
        return b""
    addresses = packet[12:20] if parts.version == 4 else packet[8:40]
    return bytes([parts.protocol]) + addresses + packet[parts.transport : parts.transport + 4]


def receiver_of(packet: bytes) -> bytes:
    """The address it goes to."""
    return packet[16:20] if packet[0] >> 4 == 4 else packet[24:40]


def damaged(packet: bytes, chance: random.Random) -> bytes:
    """One bit flipped behind the IP header, where a checksum of its receiver covers it."""
    parts = parts_of(packet)
    first = parts.transport if parts else 0
    if first >= len(packet):
        return packet
    changed = bytearray(packet)
    changed[chance.randrange(first, len(packet))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def udp_with(packet: bytes, body: bytes) -> bytes:
    """The same UDP packet with another body: lengths and checksums made right."""
    parts = parts_of(packet)
    if parts is None or parts.protocol != UDP:
        raise ValueError("no UDP packet")
    ip, ports = bytearray(packet[: parts.transport]), packet[parts.transport : parts.transport + 4]
    size = 8 + len(body)
    if parts.version == 4:
        struct.pack_into(">H", ip, 2, parts.transport + size)
        struct.pack_into(">H", ip, 10, 0)
        struct.pack_into(">H", ip, 10, checksum(bytes(ip)))
        addresses = bytes(ip[12:20])
    else:
        struct.pack_into(">H", ip, 4, size)
        addresses = bytes(ip[8:40])
    unsummed = ports + struct.pack(">HH", size, 0) + body
    # A sum of 0 means that there is none.
    total = checksum(addresses + struct.pack(">II", size, UDP) + unsummed) or 0xFFFF
    return bytes(ip) + ports + struct.pack(">HH", size, total) + body


def checksum(data: bytes) -> int:
    """That of the Internet protocols (RFC 1071)."""
    total = sum(struct.unpack(f">{len(data) // 2 + len(data) % 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
