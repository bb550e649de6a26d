"""An nft table that leads what arrives for one port to another port of the same namespace. It ends with its process."""

from netlink import attribute, nested, text, u16, u32
from rules import (
    APPEND,
    CREATE,
    EXCLUSIVE,
    NEW_CHAIN,
    NEW_RULE,
    NEW_TABLE,
    NFT,
    OWNER,
    REGISTER,
    TCP,
    Expressions,
    Table,
    accept,
    at_port,
    between,
    expression,
    not_loopback,
)

PREROUTING, DESTINATION_NAT = 0, -100
DELETE_RULE = NFT | 8
CHAIN = "lead"


class Redirect(Table):
    """What comes in by loopback is never led away: health checks inside, and the proxy's own way to the service."""

    def lead(self, port: int, to: int, peers: tuple[str, ...] = (), spare: tuple[str, ...] = ()) -> None:
        """New connections from these peers, or from everybody, but for those that are spared. Raises Refused."""
        arriving = [*not_loopback("in"), *at_port(TCP, 2, port)]
        rules: list[Expressions] = [[*arriving, *between("in", peer), accept()] for peer in spare]
        whom: list[Expressions] = [between("in", peer) for peer in peers] or [[]]
        rules += [[*arriving, *peer, expression("counter"), *redirected(to)] for peer in whom]
        hook = nested(4, attribute(1, u32(PREROUTING)), attribute(2, u32(DESTINATION_NAT)))
        self._transact(
            [
                (NEW_TABLE, CREATE | EXCLUSIVE, self._table + attribute(2, u32(OWNER))),
                (NEW_CHAIN, CREATE, self._table + attribute(3, text(CHAIN)) + hook + attribute(7, text("nat"))),
                *(self._rule(rule) for rule in rules),
            ]
        )

    def release(self) -> None:
        """Lead nothing more. A rule that catches nothing stays, for the connections that were led: with the last such rule
        the kernel may stop tracking connections, and then their answers come from the wrong port."""
        nobody = [*at_port(TCP, 2, 0), *redirected(1)]
        self._transact([(DELETE_RULE, 0, self._table + attribute(2, text(CHAIN))), self._rule(nobody)])

    @property
    def _table(self) -> bytes:
        return attribute(1, text(self.name))

    def _rule(self, rule: Expressions) -> tuple[int, int, bytes]:
        return NEW_RULE, CREATE | APPEND, self._table + attribute(2, text(CHAIN)) + nested(4, *rule)


def redirected(to: int) -> Expressions:
    port = expression("immediate", attribute(1, u32(REGISTER)), nested(2, attribute(1, u16(to))))
    return [port, expression("redir", attribute(1, u32(REGISTER)))]
