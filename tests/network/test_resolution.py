"""Answers about names: read, and made to fail."""

from __future__ import annotations

import random
import struct

import pytest

from tests.network.engine import headers, order, resolution, treatment


def named(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def answer(name: str) -> bytes:
    """What a resolver says: one question, one address."""
    question = named(name) + struct.pack(">HH", 1, 1)
    return (
        struct.pack(">HHHHHH", 77, 0x8180, 1, 1, 0, 0) + question + b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([10, 0, 0, 1])
    )


def over_udp(body: bytes, version: int = 4) -> bytes:
    if version == 4:
        ip = bytes([0x45, 0]) + bytes(7) + bytes([17]) + bytes(2) + bytes([127, 0, 0, 11, 127, 0, 0, 1])
    else:
        ip = bytes([0x60]) + bytes(5) + bytes([17, 64]) + bytes(range(32))
    return bytes(headers.udp_with(ip + struct.pack(">HHHH", 53, 40_000, 0, 0), body))


def fate(packet: bytes, *names: str, code: int | None = 3) -> treatment.Fate:
    return resolution.Resolution(code, names).fate(treatment.Packet(1, 1, b"", len(packet), packet), random.Random(0), 0.0)


@pytest.mark.parametrize("version", [4, 6])
def test_an_answer_becomes_one_that_there_is_no_such_name(version: int) -> None:
    said = fate(over_udp(answer("db"), version))
    head = 20 if version == 4 else 40
    body = said.changed[head + 8 :]
    assert struct.unpack_from(">HHHHHH", body) == (77, 0x8183, 1, 0, 0, 0)
    assert body[12:] == named("db") + struct.pack(">HH", 1, 1)


@pytest.mark.parametrize("version", [4, 6])
def test_lengths_and_checksums_are_right(version: int) -> None:
    changed = fate(over_udp(answer("db"), version)).changed
    head = 20 if version == 4 else 40
    size = len(changed) - head
    if version == 4:
        assert struct.unpack_from(">H", changed, 2) == (len(changed),)
        assert headers.checksum(changed[:20]) == 0
        addresses = changed[12:20]
    else:
        assert struct.unpack_from(">H", changed, 4) == (size,)
        addresses = changed[8:40]
    assert struct.unpack_from(">H", changed, head + 4) == (size,)
    assert headers.checksum(addresses + struct.pack(">II", size, 17) + changed[head:]) == 0


def test_a_name_stands_for_itself_and_what_is_below() -> None:
    for name, meant in {"db": True, "DB": True, "a.db": True, "adb": False, "db.example.com": False}.items():
        assert bool(fate(over_udp(answer(name)), "db").changed) == meant, name


def test_no_answer_comes_where_none_is_wanted() -> None:
    assert fate(over_udp(answer("db")), code=None).lost
    assert not fate(over_udp(answer("db")), "shop", code=None).lost


def test_over_tcp_an_answer_is_lost() -> None:
    tcp = struct.pack(">HHIIBBHHH", 53, 40_000, 1, 1, 0x50, 0x18, 100, 0, 0)
    ip = bytes([0x45, 0]) + bytes(7) + bytes([6]) + bytes(10)
    body = answer("db")
    packet = ip + tcp + struct.pack(">H", len(body)) + body
    assert fate(packet).lost
    assert not fate(packet, "shop").lost
    assert not fate(ip + tcp).lost, "a handshake passes"


@pytest.mark.parametrize(
    "body", [b"", bytes(11), bytes(12), struct.pack(">HHHHHH", 1, 0x8180, 1, 0, 0, 0) + b"\xc0\x0c", answer("db")[:15]]
)
def test_what_is_no_answer_passes_as_it_is(body: bytes) -> None:
    assert fate(over_udp(body)) == treatment.Fate()


def test_the_codes_are_those_of_the_standard() -> None:
    assert resolution.CODES == {"servfail": 2, "nxdomain": 3}
    assert order.parser().parse_args(["hold", "--answer", "timeout"]).answer == "timeout"
