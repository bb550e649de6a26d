"""The engine's orders."""

from __future__ import annotations

from typing import Any

from tests.network.engine import engine, packets, rules
from tests.network.engine import order as orders


def order(*words: str) -> Any:
    return orders.parser().parse_args(["hold", "--key", "k", "--queue", "40", *words])


def test_each_direction_has_its_queue() -> None:
    assert sorted(orders.treatments(order("--delay", "0.05"))) == [40, 41]
    assert sorted(orders.treatments(order("--direction", "out"))) == [41]
    assert orders.treatments(order("--delay", "0.05"))[40].delay == 0.05


def test_a_rate_is_a_line_for_each_direction() -> None:
    first, second = orders.treatments(order("--rate", "8000")).values()
    assert first is not second, "what goes one way does not wait for what goes the other"
    assert first.fate(packets.Packet(40, 1, b"", 1000), None, 5.0).wait == 1.0


def test_names_that_fail_are_asked_of_no_packet_but_answers() -> None:
    wanted = order("--deed", "resolve", "--direction", "in", "--answer", "servfail", "--name", "DB")
    assert orders.treatments(wanted)[40] == (2, ("db",))
    assert engine._rules(wanted, "in", b"q") == rules.answers_of_resolvers(b"q")


def test_a_copy_passes_where_its_original_was_caught() -> None:
    assert engine._rules(order("--duplicate", "1"), "out", b"")[0] == rules.marked_passes(packets.SENT_AGAIN)
    assert rules.marked_passes(packets.SENT_AGAIN) not in engine._rules(order("--loss", "1"), "out", b"")


def test_name_resolution_passes_first_whatever_is_caught() -> None:
    made = engine._rules(order("--deed", "drop", "--peer", "10.0.0.3"), "in", b"")
    assert made[:2] == rules.dns_passes("in")
    assert len(made) == 3


def test_a_reset_is_not_answered_with_a_reset() -> None:
    made = engine._rules(order("--deed", "reset"), "out", b"")
    assert made[0] == rules.resets_pass()
    assert made[-1][-1] == rules.reset()


def test_what_the_kernel_lacks_is_said_and_exits_6(capsys: object) -> None:
    class No:
        def __call__(self, order: object) -> None:
            raise OSError("tc qdisc add: Error: Specified qdisc kind is unknown.")

    before, engine.VERBS["look"] = engine.VERBS["look"], No()
    try:
        assert engine.main(["look", "--key", "k"]) == 6
    finally:
        engine.VERBS["look"] = before
