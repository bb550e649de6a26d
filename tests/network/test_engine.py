"""The engine's orders."""

from __future__ import annotations

from tests.network.engine import engine, rules


def order(*words: str) -> object:
    return engine.parser().parse_args(["hold", "--key", "k", "--queue", "40", *words])


def test_each_direction_has_its_queue() -> None:
    assert sorted(engine._treatments(order("--delay", "0.05"))) == [40, 41]
    assert sorted(engine._treatments(order("--direction", "out"))) == [41]
    assert engine._treatments(order("--delay", "0.05"))[40].delay == 0.05


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
