"""Durations as Prometheus writes them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.model.duration import LONGEST, format_duration, parse_duration


@given(st.integers(0, int(LONGEST.total_seconds() * 1000)))
def test_what_is_written_is_read_back(milliseconds: int) -> None:
    span = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(span)) == span


@pytest.mark.parametrize(
    ("text", "hint"),
    [("22:30", "22m30s"), ("5", "5s"), ("5 min", "5m"), ("-5s", "500ms"), ("1e9h", "500ms"), ("nan", "500ms"), ("", "500ms")],
)
def test_what_is_none_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match="not a duration") as wrong:
        parse_duration(text)
    assert hint in str(wrong.value)


def test_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 31d"):
        parse_duration("99999999999999999d")
