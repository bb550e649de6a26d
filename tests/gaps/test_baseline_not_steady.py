"""Baseline not steady."""

from __future__ import annotations

from tests.story import judged, rules


def test_an_unsteady_service_is_the_only_gap() -> None:
    found = judged("unsteady DiskAlmostFull is firing already")
    assert rules(found) == {"baseline_not_steady"}
    assert found.drill.outcome == "invalid"
    assert "DiskAlmostFull" in found.gaps[0].observed
