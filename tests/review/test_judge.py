"""A review as a whole: milestones, durations, verdicts, outcome."""

from __future__ import annotations

import json

import pytest

from gameday.gaps import GAPS
from gameday.model.review import Review
from gameday.review.judge import review
from tests.story import BEGAN, answers, judged, record_of, rules, story


def seconds(found: Review, milestone: str) -> float | None:
    moment = found.milestones[milestone]
    return None if moment is None else round((moment - BEGAN).total_seconds(), 2)


def test_milestones_are_dated_by_what_was_seen() -> None:
    found = judged()
    assert {m: seconds(found, m) for m in found.milestones} == {
        "fault_applied": 10.0, "impact_began": 10.25, "alert_pending": 12.0, "alert_fired": 14.0, "alert_delivered": 15.0,
        "acknowledged": 15.5, "declared": 16.0, "runbook_opened": 15.6, "first_mitigation": 17.0, "impact_over": 18.0,
        "alert_resolved": 27.0, "fault_removed": 23.6,
    }  # fmt: skip


def test_time_to_detect_counts_from_impact_and_is_split_by_knob() -> None:
    span = judged().durations["time_to_detect"]
    assert (span.seconds, span.censored, span.floor) == (4.75, False, (3.0, 5.0))
    assert span.parts == {"scrape_and_eval": 1.75, "for": 2.0, "group_wait": 1.0, "send": 0.0}


def test_what_never_came_is_censored_at_the_end() -> None:
    span = judged("drop page.acked PaymentsErrorRate").durations["time_to_acknowledge"]
    assert (span.seconds, span.censored) == (45.0, True)


def test_a_single_bad_sample_is_no_impact() -> None:
    assert seconds(judged("bad 12s to 12.2s"), "impact_began") is None


def test_users_who_are_hurt_again_are_not_served() -> None:
    quick = judged("bad 10.2s to 16s")
    assert seconds(quick, "impact_over") == 16.0
    assert quick.durations["time_to_mitigate"].seconds == 5.75


@pytest.mark.parametrize(("lines", "outcome"), [
    ((), "completed"), (("unsteady x",), "invalid"), (("add drill.aborted d at 30s why=halted by=halt",), "aborted"), (("leave f1 unknown",), "stuck"),
])  # fmt: skip
def test_the_outcome_is_read_from_the_record(lines: tuple[str, ...], outcome: str) -> None:
    assert judged(*lines).drill.outcome == outcome


def test_a_record_without_an_end_is_a_crash() -> None:
    found = judged(closed=False)
    assert found.drill.outcome == "crashed"
    assert rules(found) == set()


def test_without_responders_the_response_is_not_judged() -> None:
    found = judged(responders="none")
    assert {a for k, a in answers(found).items() if k.startswith(("response:", "step:", "criteria", "path"))} == {"not_applicable"}


def test_a_control_run_finds_only_what_it_can() -> None:
    quiet = ["bad 0s to 0s", *(f"drop alert.{k} PaymentsErrorRate" for k in ("pending", "firing", "resolved", "delivered"))]
    assert rules(judged(*quiet, no_fault=True, faults=())) == set()
    assert rules(judged(*quiet, "drop alert.delivered Watchdog", no_fault=True, faults=())) == {"heartbeat_missing"}


def test_impact_counts_the_requests_of_its_seconds() -> None:
    impact = judged().impact
    assert (impact.requests, impact.failed, impact.seconds) == (54, 21, 7.75)


def test_a_timeline_cut_anywhere_can_be_judged_and_invents_nothing() -> None:
    record = record_of(story())
    from dataclasses import replace

    from gameday.model.timeline import Timeline

    for end in range(0, len(record.timeline), 23):
        cut = replace(record, timeline=Timeline(record.timeline.events[:end]))
        assert {g.rule for g in review(cut, GAPS.values()).gaps} <= {"observer_blind"}


def test_the_review_is_json_as_the_contract_says() -> None:
    body = json.loads(judged("drop comm.public status").model_dump_json())
    assert list(body)[:9] == ["apiVersion", "kind", "drill", "milestones", "durations", "verdicts", "steps", "gaps", "impact"]
    gap = body["gaps"][0]
    assert {
        "rule",
        "area",
        "severity",
        "confidence",
        "subject",
        "summary",
        "expected",
        "observed",
        "fix",
        "evidence",
        "fingerprint",
    } <= set(gap)
    assert body["durations"]["time_to_detect"]["floor"] == [3.0, 5.0]


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "", "yesterday", "2099-01-01T00:00:00Z", "2026-03-04T10:00:14"]
)
def test_a_source_time_that_cannot_be_is_not_used(when: str) -> None:
    found = judged(f"set alert.delivered PaymentsErrorRate starts_at={when}")
    assert seconds(found, "alert_fired") == 14.0
    assert rules(found) == set()


def test_the_receipt_has_the_exact_moment_of_firing() -> None:
    assert seconds(judged("set alert.delivered PaymentsErrorRate starts_at=2026-03-04T10:00:13.250Z"), "alert_fired") == 13.25


def test_the_same_page_a_thousand_times_is_one_story() -> None:
    many = [
        f"add alert.delivered PaymentsErrorRate at {15 + n / 100}s receiver=shop-pager status=firing repeated=true" for n in range(1000)
    ]
    assert rules(judged(*many)) == set()


def test_what_an_environment_does_not_have_proves_nothing_and_blinds_nobody() -> None:
    without = ("canary", "prometheus", "docker", "shell", "words", "probe")
    found = judged("drop alert.delivered PaymentsErrorRate", sources=without)
    verdicts = {v.key: v for v in found.verdicts}
    assert verdicts["alert:PaymentsErrorRate:delivered"].verdict == "undecidable"
    assert "no pager that a drill can read" in verdicts["alert:PaymentsErrorRate:delivered"].why
    assert "observer_blind" not in rules(found)
    assert "source:ops" not in verdicts


def test_words_alone_prove_a_missing_declaration_where_nothing_else_is_read() -> None:
    without = ("canary", "prometheus", "pager", "docker", "shell", "words", "probe")
    found = judged("end 120s", "drop incident.declared incident", "drop incident.severity incident", sources=without)
    assert "incident_not_declared" in rules(found)


def test_where_good_answers_come_between_bad_ones_a_change_just_after_the_last_bad_one_can_have_ended_it() -> None:
    flickering = {v.key: v.verdict for v in judged("bad 10s to 13s", "bad again 15s to 16s").verdicts}
    assert flickering["path"] == "met"
    steady = {v.key: v.verdict for v in judged("bad 10s to 16s").verdicts}
    assert steady["path"] == "undecidable"
