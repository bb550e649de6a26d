"""What became of steps whose evidence has several parts, or forbids something."""

from __future__ import annotations

import pytest

from tests.review.telling import page, statuses, step
from tests.story import judged, rules

FLAG = {"flag": {"name": "checkout_unpaid", "value": "on"}}
CURL = {"exec": {"match": "curl_x"}}
GENTLY = step("v1", {"all": [FLAG, {"not": {"exec": {"match": "docker"}}}]}, good_for=2)
ONLY = step("v1", CURL, kind="verify")


def tried(*exits: str) -> list[str]:
    return [f"add action.observe curl at {16.5 + n / 10}s command=curl_x{code}" for n, code in enumerate(exits)]


def test_what_is_forbidden_says_nothing_about_when() -> None:
    assert statuses(judged(runbook=page(GENTLY)))["v1"] == "done"


def test_what_is_forbidden_is_absent_only_where_somebody_looked() -> None:
    assert statuses(judged("blind shell 12s to 20s", runbook=page(GENTLY)))["v1"] == "undecidable"


def test_what_is_forbidden_and_was_seen_is_no_evidence() -> None:
    never = step("v1", {"not": CURL}, kind="verify")
    assert statuses(judged(runbook=page(never)))["v1"] == "done"
    assert statuses(judged(*tried(" exit=0"), runbook=page(never)))["v1"] == "skipped"


@pytest.mark.parametrize(
    ("exits", "status"), [((" exit=1", " exit=0"), "done"), ((" exit=1",), "impossible"), (("",), "skipped"), ((), "skipped")]
)
def test_a_command_counts_by_the_best_of_its_endings(exits: tuple[str, ...], status: str) -> None:
    assert statuses(judged(*tried(*exits), runbook=page(ONLY)))["v1"] == status


def test_an_attempt_that_succeeded_later_is_not_what_is_missing() -> None:
    both = step("v1", {"all": [CURL, {"flag": {"name": "other", "value": "on"}}]}, kind="verify")
    assert statuses(judged(*tried(" exit=1", " exit=0"), runbook=page(both)))["v1"] == "skipped"


def test_a_decision_that_leaves_a_trace_is_judged_by_it() -> None:
    decision = step("j1", {"flag": {"name": "other", "value": "on"}}, kind="judge")
    assert statuses(judged(runbook=page(decision)))["j1"] == "skipped"


@pytest.mark.parametrize("at", [15.3, 16.5, 17.5])
def test_a_drill_that_was_stopped_skipped_nothing(at: float) -> None:
    stopped = (f"add drill.aborted d at {at}s why=halted by=halt", f"move fault.released f1 by {at - 23.5}s", f"bad 10.2s to {at + 0.5}s")
    found = judged(*stopped, "drop comm.public status", "drop change.flag checkout_unpaid", f"end {at + 8}s")
    assert "runbook_step_skipped" not in rules(found)
    assert (statuses(found)["m1"], statuses(found)["c1"]) == ("undecidable", "undecidable")


def test_a_mitigation_is_not_skipped_where_the_drill_was_quicker() -> None:
    quick = ("drop change.flag checkout_unpaid", "bad 10s to 95.5s", "move fault.released f1 by 71.5s", "move fault.undone f1 by 71.5s")
    found = judged(*quick, "move page.acked PaymentsErrorRate by 20s", "move alert.resolved PaymentsErrorRate by 75s", "end 200s")
    assert rules(found) == {"recovered_by_injector"}
    assert statuses(found)["m1"] == "undecidable"
