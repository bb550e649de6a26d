"""Packets: read as a kernel sent them, held, and handed back."""

from __future__ import annotations

import random
import socket
import struct
from typing import Any

import pytest

from tests.network.engine import headers, netlink, packets, treatment

SENT = bytes.fromhex(
    "55000000000300000000000000000000020000290b000100000000010800030008000600000003d708000e000000000125000a0045000021242c40004011be"
    "78ac110003ac11000210e12328000d584668656c6c6f"
)
"""A UDP packet from 172.17.0.3:4321 to 172.17.0.2:9000 in queue 41, as a kernel sent it."""


def test_a_packet_is_read_as_the_kernel_sent_it() -> None:
    ((kind, _, rest),) = netlink.messages(SENT)
    assert kind == packets.PACKET
    packet = packets.read_packet(rest)
    assert (packet.queue, packet.id, packet.size) == (41, 1, 33)
    ends = socket.inet_aton("172.17.0.3") + socket.inet_aton("172.17.0.2") + struct.pack(">HH", 4321, 9000)
    assert packet.connection == bytes([17]) + ends


def test_what_is_no_packet_is_none() -> None:
    assert packets.read_packet(b"\2\0\0\x29") is None


def test_ipv6_has_its_ports_too() -> None:
    header = bytes([0x60, 0, 0, 0, 0, 8, 6, 64]) + bytes(range(32)) + struct.pack(">HH", 80, 5000)
    assert headers.connection_of(header).endswith(struct.pack(">HH", 80, 5000))


def test_a_verdict_says_queue_number_and_deed() -> None:
    ((kind, _, rest),) = netlink.messages(packets.verdict(41, 7, packets.DROP))
    assert kind == packets.VERDICT
    assert struct.unpack_from(">H", rest, 2) == (41,)
    assert netlink.attributes(rest[4:])[2] == struct.pack(">II", 0, 7)


def draws(wanted: Any, seed: int, many: int = 2_000) -> list[float | None]:
    """How long each of many packets waits; none: it is lost."""
    chance, packet = random.Random(seed), treatment.Packet(1, 1, b"", 100, b"")
    fates = [wanted.fate(packet, chance, 0.0) for _ in range(many)]
    return [None if fate.lost else fate.wait for fate in fates]


def test_the_same_seed_treats_the_same_way() -> None:
    wanted = treatment.Treatment(0.1, 0.05, "normal", 0.2)
    assert draws(wanted, 3) == draws(wanted, 3) != draws(wanted, 4)


def test_uniform_jitter_stays_within_its_bounds() -> None:
    waits = [w for w in draws(treatment.Treatment(0.1, 0.05), 1) if w is not None]
    assert 0.05 <= min(waits) < 0.06 and 0.14 < max(waits) <= 0.15


def test_normal_jitter_has_its_deviation_and_is_never_negative() -> None:
    waits = [w for w in draws(treatment.Treatment(0.02, 0.02, "normal"), 1) if w is not None]
    assert min(waits) == 0
    spread = sorted(draws(treatment.Treatment(1.0, 0.1, "normal"), 1))  # type: ignore[type-var]  # nothing is lost here
    assert spread[340] == pytest.approx(0.9, abs=0.02)


def test_loss_is_a_share() -> None:
    lost = draws(treatment.Treatment(loss=0.25), 1).count(None)
    assert 420 < lost < 580


class Wire:
    """Stands for the netlink socket of queues."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, int]] = []
        self.changed: list[bytes] = []
        self.raw = self

    def send(self, data: bytes) -> None:
        for kind, _, rest in netlink.messages(data):
            deed, number = struct.unpack(">II", netlink.attributes(rest[4:])[2])
            name = "up to" if kind == packets.VERDICT_BATCH else ("drop", "accept")[deed]
            self.sent.append((name, struct.unpack_from(">H", rest, 2)[0], number))
            if changed := netlink.attributes(rest[4:]).get(10):
                self.changed.append(changed)


class Copies:
    """Stands for the raw sockets."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, packet: bytes) -> None:
        self.sent.append(packet)


def queues(monkeypatch: pytest.MonkeyPatch, wanted: Any, copies: Copies | None = None) -> tuple[Any, Wire]:
    wire = Wire()
    monkeypatch.setattr(packets, "Socket", lambda: wire)
    return packets.Queues({1: wanted, 2: wanted}, 0, copies), wire


def test_packets_that_wait_equally_long_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    held, wire = queues(monkeypatch, treatment.Treatment(0.1))
    for number in (1, 2, 3):
        held._hold(packets.Packet(1, number, b"a"), 10.0 + number / 100)
    held._hold(packets.Packet(2, 1, b"b"), 10.0)
    held._release(10.05)
    assert wire.sent == []
    held._release(10.125)
    assert sorted(wire.sent) == [("up to", 1, 2), ("up to", 2, 1)]
    held.let_all_pass()
    assert wire.sent[-1] == ("up to", 1, 3)


def test_jitter_never_reorders_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    held, wire = queues(monkeypatch, treatment.Treatment(0.1, 0.1))
    for number in range(1, 101):
        held._hold(packets.Packet(1, number, b"a" if number % 2 else b"b"), 10.0)
    held.let_all_pass()
    numbers = [number for _, _, number in wire.sent]
    assert [n for n in numbers if n % 2] == list(range(1, 101, 2))
    assert numbers != sorted(numbers), "two connections do overtake each other"


def test_a_lost_packet_is_dropped_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    held, wire = queues(monkeypatch, treatment.Treatment(loss=1.0))
    held._hold(packets.Packet(2, 9, b"a"), 10.0)
    assert wire.sent == [("drop", 2, 9)]


WHOLE = netlink.attributes(netlink.messages(SENT)[0][2][4:])[10]
"""The IP packet in `SENT`."""


def test_a_damaged_packet_differs_in_one_bit_behind_its_ip_header(monkeypatch: pytest.MonkeyPatch) -> None:
    held, wire = queues(monkeypatch, treatment.Treatment(corrupt=1.0))
    for number in range(50):
        held._hold(packets.Packet(1, number, b"a", len(WHOLE), WHOLE), 10.0)
    assert {deed for deed, _, _ in wire.sent} == {"accept"}
    for changed in wire.changed:
        assert changed[:20] == WHOLE[:20]
        assert sum((a ^ b).bit_count() for a, b in zip(changed, WHOLE, strict=True)) == 1
    assert len(set(wire.changed)) > 10


def test_a_doubled_packet_is_let_go_and_sent_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = Copies()
    held, wire = queues(monkeypatch, treatment.Treatment(duplicate=1.0), copies)
    held._hold(packets.Packet(2, 9, b"a", len(WHOLE), WHOLE), 10.0)
    assert (wire.sent, wire.changed, copies.sent) == ([("accept", 2, 9)], [], [WHOLE])


def test_a_chosen_packet_overtakes_its_own_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    held, wire = queues(monkeypatch, treatment.Treatment(delay=0.1, reorder=0.3))
    for number in range(1, 101):
        held._hold(packets.Packet(1, number, b"a"), 10.0)
    held._release(10.05)
    early = [number for _, _, number in wire.sent]
    assert 15 < len(early) < 45
    held._release(10.2)
    late = [number for _, _, number in wire.sent][len(early) :]
    assert late == sorted(late) and len(early) + len(late) == 100


def test_a_line_lets_packets_pass_at_its_rate_and_loses_what_finds_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    line = treatment.Line(80_000)
    fates = [line.fate(packets.Packet(1, n, b"a", 1000), random.Random(0), 10.0) for n in range(30)]
    assert [round(fate.wait, 3) for fate in fates[:3]] == [0.1, 0.2, 0.3]
    assert [fate.lost for fate in fates].index(True) == 17, "16 kB wait in front, and one is on the line"
    assert not line.fate(packets.Packet(1, 99, b"a", 1000), random.Random(0), 13.0).lost


def test_only_what_needs_it_is_read_whole_or_split(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow = treatment.Treatment(delay=0.1), treatment.Treatment(corrupt=0.1)
    assert (quick.reads_all, quick.whole_segments) == (False, True)
    assert (slow.reads_all, slow.whole_segments) == (True, False)
    assert not treatment.Line(1e6).whole_segments, "a joined segment would pass as one burst"
