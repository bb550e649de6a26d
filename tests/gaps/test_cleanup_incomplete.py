"""Cleanup incomplete."""

from __future__ import annotations

import pytest

from tests.story import judged, rules


@pytest.mark.parametrize("state", ["armed", "undo_failed", "unknown", "intended"])
def test_what_was_not_verified_is_left(state: str) -> None:
    found = judged(f"leave f1 {state}")
    assert "cleanup_incomplete" in rules(found)
    assert found.drill.outcome == "stuck"
    assert found.safety.left


@pytest.mark.parametrize("state", ["undone", "lost"])
def test_what_was_verified_is_not(state: str) -> None:
    assert "cleanup_incomplete" not in rules(judged(f"leave f1 {state}"))
