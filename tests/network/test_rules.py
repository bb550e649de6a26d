"""Rules as the kernel takes them: bytes that a kernel accepted, and how they are made up."""

from __future__ import annotations

import struct

from tests.network.engine import netlink, rules

ACCEPTED = bytes.fromhex(
    "24000180090001006d6574610000000014000280080001000000000108000200000000063800018008000100636d70002c0002800800010000000001080002"
    "000000000118000380140001006c6f000000000000000000000000000024000180090001006d65746100000000140002800800010000000001080002000000"
    "000f2c00018008000100636d700020000280080001000000000108000200000000000c0003800500010002000000340001800c0001007061796c6f61640024"
    "00028008000100000000010800020000000001080003000000000c0800040000000004440001800c0001006269747769736500340002800800010000000001"
    "080002000000000108000300000000040c00048008000100ffff00000c00058008000100000000002c00018008000100636d70002000028008000100000000"
    "0108000200000000000c000380080001000a01000024000180090001006d6574610000000014000280080001000000000108000200000000102c0001800800"
    "0100636d700020000280080001000000000108000200000000000c0003800500010006000000340001800c0001007061796c6f616400240002800800010000"
    "0000010800020000000002080003000000000008000400000000022c00018008000100636d700020000280080001000000000108000200000000000c000380"
    "0600010015380000100001800c000100636f756e74657200300001800e000100696d6d6564696174650000001c0002800800010000000000100002800c0002"
    "800800010000000000"
)
"""`iifname != "lo" ip saddr 10.1.0.0/16 tcp sport 5432 counter drop`, as `nft list ruleset` told it back."""


def words(rule: list[bytes]) -> list[str]:
    """The names of a rule's expressions."""
    return [netlink.attributes(netlink.attributes(e)[1])[1].rstrip(b"\0").decode() for e in rule]


def test_a_rule_is_the_bytes_that_a_kernel_accepted() -> None:
    first, second = rules.caught(rules.Match("in", ("10.1.0.0/16",), 5432), rules.drop(), (rules.TCP,))
    assert b"".join(first) == ACCEPTED
    assert b"".join(second) != ACCEPTED, "the other rule is for the port on the other side"


def test_every_rule_leaves_loopback_alone_and_counts() -> None:
    for direction, key in (("in", 6), ("out", 7)):
        for rule in rules.caught(rules.Match(direction), rules.drop()):
            assert rule[0] == rules.meta(key)
            assert rule[1] == rules.compare(rules.UNEQUAL, b"lo" + bytes(14))
            assert "counter" in words(rule)


def test_name_resolution_passes_before_anything_is_caught() -> None:
    for direction, offset in (("in", 0), ("out", 2)):
        passing = rules.dns_passes(direction)
        assert passing == [[*rules.at_port(p, offset, 53), rules.accept()] for p in (rules.UDP, rules.TCP)]


def test_each_peer_and_each_side_of_a_port_has_its_rule() -> None:
    match = rules.Match("out", ("10.0.0.3", "10.0.0.4", "fd00::/8"), 80)
    assert len(rules.caught(match, rules.drop())) == 3 * 4


def test_an_address_is_read_where_the_header_has_it() -> None:
    assert rules.payload(1, 12, 4) in rules.between("in", "10.0.0.3")
    assert rules.payload(1, 16, 4) in rules.between("out", "10.0.0.3")
    assert rules.payload(1, 8, 16) in rules.between("in", "fd00::1")
    assert rules.payload(1, 24, 16) in rules.between("out", "fd00::1")
    assert "bitwise" not in words(rules.between("in", "10.0.0.3"))
    assert "bitwise" in words(rules.between("in", "10.0.0.0/8"))


def test_a_queue_lets_packets_pass_where_nobody_listens() -> None:
    own = netlink.attributes(netlink.attributes(netlink.attributes(rules.to_queue(7))[1])[2])
    assert own == {1: b"\0\x07", 2: b"\0\x01", 3: b"\0\x01"}
    other = netlink.attributes(netlink.attributes(netlink.attributes(rules.to_queue_by_iptables(7))[1])[2])
    assert struct.unpack_from("=HHH", other[3]) == (7, 1, 1)


class Kernel:
    """A socket that keeps what it is sent."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self._number = 0

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def send(self, batch: list[bytes], acknowledged: set[int]) -> None:
        self.batches.append(batch)


def kinds(batch: list[bytes]) -> list[int]:
    return [netlink.messages(m)[0][0] for m in batch]


def test_a_table_is_made_as_one_and_belongs_to_its_process() -> None:
    kernel = Kernel()
    rules.Table(kernel, "ab").create({"in": [[rules.drop()]], "out": [[rules.drop()]]})
    (batch,) = kernel.batches
    made = [rules.NEW_TABLE, *[rules.NEW_CHAIN, rules.NEW_RULE] * 2]
    assert kinds(batch) == [rules.BEGIN, *made, rules.END]
    table = netlink.attributes(netlink.messages(batch[1])[0][2][4:])
    assert table == {1: b"gameday_ab\0", 2: struct.pack(">I", rules.OWNER)}


def test_only_the_own_table_is_ever_removed() -> None:
    kernel = Kernel()
    rules.Table(kernel, "ab").delete()
    (batch,) = kernel.batches
    assert kinds(batch) == [rules.BEGIN, rules.DELETE_TABLE, rules.END]
    assert netlink.attributes(netlink.messages(batch[1])[0][2][4:]) == {1: b"gameday_ab\0"}
