"""Page unacknowledged."""

from __future__ import annotations

from tests.story import answers, judged, rules


def test_a_page_that_nobody_takes_is_a_gap() -> None:
    (gap,) = judged("drop page.acked PaymentsErrorRate", "end 120s").gaps
    assert (gap.rule, gap.subject.name) == ("page_unacknowledged", "shop-pager")
    assert "nobody" in gap.summary


def test_a_late_one_too() -> None:
    (gap,) = judged("move page.acked PaymentsErrorRate by 70s", "end 120s").gaps
    assert "late" in gap.summary


def test_before_its_time_is_over_nothing_is_decided() -> None:
    found = judged("drop page.acked PaymentsErrorRate", "end 40s")
    assert rules(found) == set()
    assert answers(found)["response:ack"] == "undecidable"


def test_blind_words_prove_nothing() -> None:
    assert answers(judged("drop page.acked PaymentsErrorRate", "end 120s", "blind words 20s to 30s"))["response:ack"] == "undecidable"
