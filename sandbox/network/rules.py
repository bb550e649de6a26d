"""An nft table of our own: which packets it catches, and what happens to them.

The table has the flag `owner`: the kernel removes it when the socket that made it is closed, so that nothing stays after
SIGKILL. Packets reach a queue by the kernel's `queue` expression, or where that is not built, by the NFQUEUE target of
iptables, which nftables can call (`nft_compat`).
"""

import errno
import ipaddress
import struct
from typing import NamedTuple

from netlink import ACK, Refused, Socket, attribute, message, nested, text, u16, u32

NFT = 10 << 8
NEW_TABLE, GET_TABLE, DELETE_TABLE, NEW_CHAIN, NEW_RULE, GET_RULE = NFT, NFT | 1, NFT | 2, NFT | 3, NFT | 6, NFT | 7
BEGIN, END = 16, 17
EXCLUSIVE, CREATE, APPEND = 0x200, 0x400, 0x800
INET = 1
OWNER = 2
HOOKS = {"in": 1, "out": 3}
PRIORITY = -150
"""As `mangle`: after connection tracking, so that a delayed packet is tracked once; before addresses are rewritten."""
EQUAL, UNEQUAL = 0, 1
REGISTER = 1
DNS = 53
TCP, UDP = 6, 17


class Match(NamedTuple):
    """Which packets. No peer means any, no port means any port and protocol."""

    direction: str
    peers: tuple[str, ...] = ()
    port: int = 0


Expressions = list[bytes]


def expression(name: str, *data: bytes) -> bytes:
    return nested(1, attribute(1, text(name)), *([nested(2, *data)] if data else []))


def meta(key: int) -> bytes:
    return expression("meta", attribute(1, u32(REGISTER)), attribute(2, u32(key)))


def compare(how: int, data: bytes) -> bytes:
    return expression("cmp", attribute(1, u32(REGISTER)), attribute(2, u32(how)), nested(3, attribute(1, data)))


def payload(base: int, offset: int, length: int) -> bytes:
    """Load bytes of the network (1) or transport (2) header."""
    return expression("payload", attribute(1, u32(REGISTER)), attribute(2, u32(base)), attribute(3, u32(offset)), attribute(4, u32(length)))


def masked(mask: bytes) -> bytes:
    zero = bytes(len(mask))
    return expression(
        "bitwise", attribute(1, u32(REGISTER)), attribute(2, u32(REGISTER)), attribute(3, u32(len(mask))),
        nested(4, attribute(1, mask)), nested(5, attribute(1, zero)),
    )  # fmt: skip


def not_loopback(direction: str) -> Expressions:
    return [meta({"in": 6, "out": 7}[direction]), compare(UNEQUAL, b"lo".ljust(16, b"\0"))]


def between(direction: str, peer: str) -> Expressions:
    """Packets from (in) or to (out) an address or a network."""
    network = ipaddress.ip_network(peer, strict=False)
    size = network.network_address.max_prefixlen // 8
    family, first = (2, 12) if size == 4 else (10, 8)
    found = [meta(15), compare(EQUAL, bytes([family])), payload(1, first + (size if direction == "out" else 0), size)]
    if network.prefixlen < size * 8:
        found.append(masked(network.netmask.packed))
    return [*found, compare(EQUAL, network.network_address.packed)]


def at_port(protocol: int, offset: int, port: int) -> Expressions:
    """Transport port: offset 0 is the sender's, 2 the receiver's."""
    return [meta(16), compare(EQUAL, bytes([protocol])), payload(2, offset, 2), compare(EQUAL, u16(port))]


def accept() -> bytes:
    return _verdict(1)


def drop() -> bytes:
    return _verdict(0)


def reset() -> bytes:
    """Answer with a TCP reset."""
    return expression("reject", attribute(1, u32(1)), attribute(2, b"\0"))


def resets_pass() -> Expressions:
    """Resets themselves are let through: the one that answers a packet of one direction leaves in the other."""
    flag = bytes([4])
    return [meta(16), compare(EQUAL, bytes([TCP])), payload(2, 13, 1), masked(flag), compare(EQUAL, flag), accept()]


def _verdict(code: int) -> bytes:
    return expression("immediate", attribute(1, u32(0)), nested(2, nested(2, attribute(1, u32(code)))))


def to_queue(number: int) -> bytes:
    """The kernel's own expression; packets pass where nobody listens (bypass)."""
    return expression("queue", attribute(1, u16(number)), attribute(2, u16(1)), attribute(3, u16(1)))


def to_queue_by_iptables(number: int) -> bytes:
    """The same through the target of iptables, revision 3: number, total, bypass."""
    info = struct.pack("=HHH", number, 1, 1) + bytes(2)
    return expression("target", attribute(1, text("NFQUEUE")), attribute(2, u32(3)), attribute(3, info))


def dns_passes(direction: str) -> list[Expressions]:
    """Name resolution is never caught: Docker's resolver asks the outside from within the target's namespace."""
    offset = 0 if direction == "in" else 2
    return [[*at_port(protocol, offset, DNS), accept()] for protocol in (UDP, TCP)]


def answers_of_resolvers(deed: bytes) -> list[Expressions]:
    """What comes from port 53, also by loopback: Docker's resolver listens there."""
    return [[*at_port(protocol, 0, DNS), expression("counter"), deed] for protocol in (UDP, TCP)]


def marked_passes(mark: int) -> Expressions:
    """What carries a mark is let through."""
    return [meta(3), compare(EQUAL, struct.pack("=I", mark)), accept()]


def caught(match: Match, deed: bytes, protocols: tuple[int, ...] = (TCP, UDP)) -> list[Expressions]:
    """The rules of one direction. A port is matched on either side: the target may be its client or its server."""
    ports: list[Expressions] = [[]]
    if match.port:
        ports = [at_port(protocol, offset, match.port) for protocol in protocols for offset in (0, 2)]
    elif len(protocols) == 1:
        ports = [[meta(16), compare(EQUAL, bytes(protocols))]]
    peers = [between(match.direction, peer) for peer in match.peers] or [[]]
    outside = not_loopback(match.direction)
    return [[*outside, *peer, *port, expression("counter"), deed] for peer in peers for port in ports]


class Table:
    """`inet gameday_KEY`, made and removed as a whole. Never touches what is not its own."""

    def __init__(self, socket: Socket, key: str) -> None:
        self._socket, self.name = socket, f"gameday_{key}"

    def create(self, chains: dict[str, list[Expressions]], *, owned: bool = True) -> None:
        """Put it in place, owned by our socket. All or nothing; raises Refused, also where one of its name exists."""
        body = attribute(1, text(self.name))
        wanted = [(NEW_TABLE, CREATE | EXCLUSIVE, body + attribute(2, u32(OWNER if owned else 0)))]
        for direction, rules in chains.items():
            hook = nested(4, attribute(1, u32(HOOKS[direction])), attribute(2, u32(PRIORITY)))
            wanted.append((NEW_CHAIN, CREATE, body + attribute(3, text(direction)) + hook + attribute(7, text("filter"))))
            wanted += [(NEW_RULE, CREATE | APPEND, body + attribute(2, text(direction)) + nested(4, *rule)) for rule in rules]
        self._transact(wanted)

    def delete(self) -> None:
        """Remove it. Gone already is fine."""
        try:
            self._transact([(DELETE_TABLE, 0, attribute(1, text(self.name)))])
        except Refused as no:
            if no.number != errno.ENOENT:
                raise

    def exists(self) -> bool:
        tables = self._socket.dump(GET_TABLE, b"", INET)
        return any(table.get(1) == text(self.name) for table in tables)

    def rules(self) -> int:
        """How many rules it has now; none where it does not exist."""
        listed = self._socket.dump(GET_RULE, attribute(1, text(self.name)), INET)
        return sum(rule.get(1) == text(self.name) for rule in listed)

    def _transact(self, wanted: list[tuple[int, int, bytes]]) -> None:
        batch, numbers = [message(BEGIN, 0, b"", resource=10)], set()
        for kind, flags, body in wanted:
            number = self._socket.next_number()
            numbers.add(number)
            batch.append(message(kind, ACK | flags, body, number=number, family=INET))
        self._socket.send([*batch, message(END, 0, b"", resource=10)], numbers)
