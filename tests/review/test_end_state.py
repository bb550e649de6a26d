"""The end state: as before, not as before, changed by others, not looked at."""

from __future__ import annotations

from typing import Any

import pytest

from gameday.gaps import GAPS
from gameday.model.review import Review
from gameday.model.telling import removal
from gameday.review.judge import review
from tests.story import Told, answers, perfect, record_of, rules

DIFFERS = ["payments: running was true, is false"]


def looked(*more: Told, **data: Any) -> tuple[Review, str]:
    told = perfect()
    fields = {"targets": 1, "differs": [], "left": [], "why": "", **data}
    told.told += [*more, Told(told.end - 0.1, "drill.end_state", "d", data=fields)]
    record = record_of(told)
    judged = review(record, GAPS.values())
    return judged, removal(judged, record)


def test_as_before_is_said_with_the_time_of_the_look() -> None:
    judged, words = looked()
    assert answers(judged)["end_state"] == "met"
    assert (judged.drill.outcome, judged.safety.left) == ("completed", ())
    assert words.startswith("1 of 1 fault removed and verified at ")
    assert "all targets as before, nothing left behind (looked at " in words


@pytest.mark.parametrize("data", [{"differs": DIFFERS}, {"left": ["the helper gameday-network-x"]}])
def test_what_differs_or_is_left_is_loud(data: dict[str, Any]) -> None:
    judged, words = looked(**data)
    assert (judged.drill.outcome, judged.safety.left) == ("stuck", tuple(next(iter(data.values()))))
    assert "cleanup_incomplete" in rules(judged)
    assert "not everything is as before" in words


def test_what_others_changed_is_theirs() -> None:
    acted = Told(30.0, "action.mutate", "payments", "docker", "container", "somebody", "unknown", {"verb": "stop"})
    judged, _ = looked(acted, differs=DIFFERS)
    verdict = next(v for v in judged.verdicts if v.key == "end_state")
    assert (verdict.verdict, judged.safety.left) == ("met", ())
    assert "changed by others: payments: running was true, is false" in verdict.why


def test_our_own_deed_is_no_excuse() -> None:
    ours = Told(30.0, "action.mutate", "payments", "docker", "container", "gameday", "injector", {"verb": "kill"})
    assert looked(ours, differs=DIFFERS)[0].safety.left


def test_a_command_inside_is_no_excuse() -> None:
    inside = Told(30.0, "action.mutate", "payments", "docker", "container", "", "unknown", {"action": "exec_start"})
    assert looked(inside, differs=DIFFERS)[0].safety.left


def test_a_look_that_failed_proves_nothing_either_way() -> None:
    judged, words = looked(why="no daemon")
    assert answers(judged)["end_state"] == "undecidable"
    assert "it could not be looked at: no daemon" in words


def test_a_drill_that_died_says_that_nobody_looked() -> None:
    record = record_of(perfect(), closed=False)
    judged = review(record, GAPS.values())
    assert "end_state" not in answers(judged)
    assert "nobody looked whether all is as before" in removal(judged, record)
