"""What ended the impact, and whether people did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gameday.gaps import GAPS
from gameday.review.judge import review
from tests.review.telling import ALERT, LONG, page, statuses, step
from tests.story import BEGAN, answers, judged, record_of, rules, scenario, story

BACKUP = step("m2", {"flag": {"name": "use_backup", "value": "on"}}, good_for=2)
RESTART = step("m2", {"exec": {"match": "restart_payments"}}, good_for=2)
BY_ITSELF = (
    "bad 10s to 160.5s",
    "move fault.released f1 by 145s",
    "move fault.undone f1 by 145s",
    f"move alert.resolved {ALERT} by 140s",
    "end 230s",
)


def test_another_documented_step_is_a_documented_path() -> None:
    found = judged("set change.flag checkout_unpaid name=use_backup", runbook=page(BACKUP))
    assert rules(found) == set()
    assert (statuses(found)["m1"], statuses(found)["m2"]) == ("achieved_otherwise", "done")


def test_a_restart_that_the_page_does_not_know_is_undocumented() -> None:
    restart = "add action.mutate payments at 17s action=restart source=docker actor_kind=unknown"
    found = judged("drop change.flag checkout_unpaid", restart, "drop fault.released f1", "leave f1 lost")
    assert rules(found) == {"solved_by_undocumented_path"}
    assert statuses(found)["m1"] == "achieved_otherwise"


def test_what_a_documented_command_does_to_containers_is_documented() -> None:
    command = "add action.mutate docker at 11s source=shell command=restart_payments exit=0"
    follows = "add action.mutate payments at 11.5s action=restart source=docker actor_kind=unknown"
    slow = ("bad 10.2s to 40s", "move fault.released f1 by 22s", "move fault.undone f1 by 22s", f"move alert.resolved {ALERT} by 20s")
    found = judged("drop change.flag checkout_unpaid", command, follows, *slow, "end 90s", runbook=page(RESTART))
    assert rules(found) == set()
    assert answers(found)["path"] == "met"


def test_a_step_that_came_after_the_impact_did_not_end_it() -> None:
    restart = "add action.mutate payments at 16.8s action=restart source=docker actor_kind=unknown"
    late = ("move change.flag checkout_unpaid by 10s", "move fault.released f1 by 5s", "move fault.undone f1 by 5s")
    assert rules(judged(restart, "bad 10.2s to 17.2s", *late)) == {"solved_by_undocumented_path"}


def test_a_step_that_helped_nobody_does_not_get_the_credit_of_a_later_change() -> None:
    found = judged(*LONG, "move change.flag checkout_unpaid by -42s", "add change.flag bypass at 59s value=on")
    assert rules(found) == {"solved_by_undocumented_path"}
    assert statuses(found)["m1"] == "undecidable"


def test_where_both_lie_long_back_nobody_can_tell() -> None:
    found = judged(*LONG, "move change.flag checkout_unpaid by -42s", "add change.flag bypass at 30s value=on")
    assert rules(found) == set()
    assert answers(found)["path"] == "undecidable"


def test_what_the_page_has_and_had_no_effect_is_no_undocumented_path() -> None:
    found = judged(*BY_ITSELF)
    assert rules(found) == set()
    assert (answers(found)["path"], statuses(found)["m1"]) == ("undecidable", "no_effect")


def test_a_step_that_was_tried_is_not_skipped() -> None:
    either = scenario().model_copy(update={"runbook": scenario().runbook.model_copy(update={"required": ("m1|m2", "c1")})})  # type: ignore[union-attr]
    found = judged(*BY_ITSELF, scenario=either, runbook=page(BACKUP))
    assert "runbook_step_skipped" not in rules(found)


def test_a_sample_that_was_under_way_when_the_fault_went_credits_the_drill() -> None:
    end = ("move fault.released f1 by 38.8s", "move fault.undone f1 by 38.8s", f"move alert.resolved {ALERT} by 40s", "end 130s")
    found = judged("drop change.flag checkout_unpaid", "bad 10s to 62s", *end, "sample 62s takes 600ms")
    assert rules(found) == {"recovered_by_injector"}


def test_a_sample_that_was_under_way_when_somebody_helped_credits_the_help() -> None:
    found = judged("set change.flag checkout_unpaid name=bypass", "move change.flag bypass by 1.3s", "sample 18s takes 600ms")
    assert rules(found) == {"solved_by_undocumented_path"}


def test_the_end_of_an_earlier_fault_is_what_ended_its_impact() -> None:
    record = record_of(story("drop change.flag checkout_unpaid", "move fault.released f1 by -6s", "move fault.undone f1 by -6s"))
    second = replace(record.faults[0], id="f2", intended_at=BEGAN + timedelta(seconds=30), ended_at=BEGAN + timedelta(seconds=50))
    assert "recovered_by_injector" in {g.rule for g in review(replace(record, faults=(*record.faults, second)), GAPS.values()).gaps}
