"""First mitigation late."""

from __future__ import annotations

from tests.story import judged, rules


def test_a_late_first_mitigation_is_a_gap() -> None:
    assert "first_mitigation_late" in rules(judged("move change.flag checkout_unpaid by 100s", "bad 10s to 119s", "end 220s"))


def test_looking_is_no_mitigation() -> None:
    found = judged("drop change.flag checkout_unpaid", "bad 10s to 200s", "add action.observe curl at 17s command=curl exit=0")
    assert "first_mitigation_late" in rules(found)


def test_an_update_by_command_is_no_mitigation() -> None:
    talk = "add action.mutate curl at 17s command=curl-X-POST-http://ops/status exit=0"
    assert "first_mitigation_late" in rules(judged("drop change.flag checkout_unpaid", "bad 10s to 200s", talk))


def test_a_failed_command_is_no_mitigation() -> None:
    found = judged("drop change.flag checkout_unpaid", "bad 10s to 200s", "add action.mutate docker at 17s command=docker-restart exit=1")
    assert "first_mitigation_late" in rules(found)
