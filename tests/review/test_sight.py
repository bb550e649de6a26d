"""Which source could see when."""

from __future__ import annotations

from datetime import timedelta

from tests.review.telling import seconds
from tests.story import answers, judged, rules, scenario


def test_a_canary_that_is_silent_for_a_few_seconds_saw_nothing_in_them() -> None:
    found = judged("blind canary 12s to 20s")
    assert rules(found) == {"observer_blind"}
    assert answers(found)["source:canary"] == "missed"


def test_users_are_not_called_served_where_nobody_looked() -> None:
    assert seconds(judged("blind canary 19s to 29s", "end 90s"), "impact_over") == 29.0


def test_a_slow_canary_is_not_a_blind_one() -> None:
    slow = scenario().canary.model_copy(update={"every": timedelta(seconds=15), "timeout": timedelta(seconds=5)})
    spells = [f"blind canary {n}.1s to {n + 15}s" for n in range(0, 45, 15)]
    found = judged(*spells, "drop source.blind canary", scenario=scenario().model_copy(update={"canary": slow}))
    assert "no sign of life" not in next(v.why for v in found.verdicts if v.key == "source:canary")


def test_too_few_samples_cannot_tell_that_a_fault_had_no_effect() -> None:
    quiet = [f"drop alert.{kind} PaymentsErrorRate" for kind in ("pending", "firing", "resolved", "delivered")]
    found = judged("bad 0s to 0s", *quiet, "move fault.released f1 by -13.2s", "move fault.undone f1 by -13.2s")
    assert answers(found)["fault:f1:effect"] == "undecidable"
