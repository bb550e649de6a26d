"""Runbook link dead."""

from __future__ import annotations

import pytest

from tests.story import answers, judged, rules

GONE = "set alert.delivered PaymentsErrorRate runbook_url=http://wiki/gone"


@pytest.mark.parametrize("answer", ["status=404", "status=500", "status=null why=refused"])
def test_a_link_that_does_not_open_is_a_gap(answer: str) -> None:
    assert rules(judged(GONE, f"add probe.link http://wiki/gone at 16s {answer}")) == {"runbook_link_dead"}


@pytest.mark.parametrize("status", [301, 401, 403])
def test_a_login_or_a_redirect_is_undecidable(status: int) -> None:
    found = judged(GONE, f"add probe.link http://wiki/gone at 16s status={status}")
    assert rules(found) == set()
    assert answers(found)["alert:PaymentsErrorRate:runbook"] == "undecidable"


def test_a_link_that_was_not_opened_is_undecidable() -> None:
    assert answers(judged(GONE))["alert:PaymentsErrorRate:runbook"] == "undecidable"
