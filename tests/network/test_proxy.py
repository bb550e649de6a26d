"""The proxy before a service: what its rule catches, what HAProxy is told, and which connections still count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.network.engine import order, proxy, redirect, rules
from tests.network.test_rules import words


class Kernel(redirect.Redirect):  # type: ignore[misc]  # the engine has no types here
    """Remembers what it would have been told."""

    def __init__(self) -> None:
        self.name = "gameday_k"
        self.told: list[tuple[int, int, bytes]] = []

    def _transact(self, wanted: list[tuple[int, int, bytes]]) -> None:
        self.told += wanted


def wanted(*more: str) -> Any:
    return order.parser().parse_args(["hold", "--back-end", "proxy", "--deed", "http", "--port", "8000", *more])


def test_who_is_spared_is_let_through_before_the_others_are_led() -> None:
    kernel = Kernel()
    kernel.lead(8000, 15_000, ("10.0.0.2",), ("10.0.0.3", "fd00::3"))
    table, chain, *added = kernel.told
    assert [kind for kind, _, _ in added] == [rules.NEW_RULE] * 3
    assert table[2].endswith(rules.u32(rules.OWNER)), "it ends with its process"
    assert b"nat" in chain[2]
    assert [b"redir" in body for _, _, body in added] == [False, False, True]
    for _, _, body in added:
        assert rules.not_loopback("in")[1] in body, "health checks inside are never caught"


def test_it_is_redirected_with_the_port_in_a_register() -> None:
    assert words(redirect.redirected(15_000)) == ["immediate", "redir"]


def test_at_its_end_a_rule_that_catches_nothing_stays() -> None:
    kernel = Kernel()
    kernel.release()
    (gone, _, _), (added, _, body) = kernel.told
    assert (gone, added) == (redirect.DELETE_RULE, rules.NEW_RULE)
    assert b"redir" in body, "the kernel goes on tracking connections while there is one"


@pytest.mark.parametrize(("status", "answers"), [("429", True), ("0", False)])
def test_haproxy_is_told_what_was_ordered(status: str, answers: bool) -> None:
    said = proxy.configuration(wanted("--path", "/pay", "--status", status), 15_000, [3, 4])
    assert "bind fd@3" in said and "bind fd@4" in said
    assert "lua.treat if { path_beg /pay }" in said
    assert ("return status 429" in said) is answers
    assert "reject if { dst_port 15000 }" in said, "it never leads to itself"


def test_connections_count_until_all_that_was_sent_has_arrived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = "   0: 0100090A:3A98 0200090A:E656 {} 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n"
    table = tmp_path / "tcp"
    # established, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, LISTEN, LAST-ACK
    table.write_text("head\n" + "".join(row.format(state) for state in ("01", "04", "05", "06", "0A", "09")))
    monkeypatch.setattr(proxy, "TABLES", (table, tmp_path / "tcp6"))
    assert proxy.open_connections(15_000) == 3
    assert proxy.open_connections(8000) == 0
