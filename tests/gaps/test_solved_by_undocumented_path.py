"""Solved by undocumented path."""

from __future__ import annotations

from tests.story import answers, judged, rules


def test_what_the_page_does_not_say_is_a_gap() -> None:
    (gap,) = judged("set change.flag checkout_unpaid name=bypass").gaps
    assert gap.rule == "solved_by_undocumented_path"
    assert "bypass" in gap.summary


def test_an_end_that_nothing_explains_is_undecidable() -> None:
    found = judged("drop change.flag checkout_unpaid")
    assert "solved_by_undocumented_path" not in rules(found)
    assert answers(found)["path"] == "undecidable"


def test_a_command_in_the_recorded_shell_is_named() -> None:
    found = judged("drop change.flag checkout_unpaid", "add action.mutate docker at 17s command=docker-restart exit=0")
    assert "docker-restart" in next(g.summary for g in found.gaps if g.rule == "solved_by_undocumented_path")
