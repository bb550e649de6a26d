"""Rates."""

from __future__ import annotations

import pytest

from gameday.model.rate import format_rate, parse_rate


@pytest.mark.parametrize(("text", "rate"), [("512kbit", 512_000), ("1.5mbit", 1_500_000), ("1gbit", 1_000_000_000)])
def test_a_rate_is_read_and_written_back(text: str, rate: int) -> None:
    assert parse_rate(text) == rate
    assert format_rate(rate) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10", "write bits a second"),
        ("10 M", "write 10mbit"),
        ("10MB/s", "write 10mbit; rates are in bits"),
        ("fast", "write bits a second"),
        ("2kbps", "write 2kbit"),
    ],
)
def test_what_is_no_rate_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_rate(text)
