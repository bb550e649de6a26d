"""Text from outside, made safe to print."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.model.safe_text import safe, without_secrets


@given(st.text())
def test_nothing_in_it_acts_on_a_terminal(text: str) -> None:
    shown = safe(text, 10_000)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c != "\t"]
    assert not [c for c in shown if unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")]


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text, 10_000) == text or "\u115f" in text or "\u1160" in text


def test_it_is_cut() -> None:
    assert safe("x" * 1_000, 10) == "xxxxxxxxx…"


def test_line_ends_stay_where_wanted() -> None:
    assert safe("a\nb") == "a\\x0ab"
    assert safe("a\nb", lines=True) == "a\nb"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://anna:hunter2@h/x", "http://anna:*******@h/x"),
        ("http://anna:hun:ter@h/x", "http://anna:*******@h/x"),
        ("https://hunter2@h", "https://*******@h"),
        ("tcp://anna:hunter2@h:1", "tcp://anna:*******@h:1"),
        ("postgresql+psycopg://anna:hunter2@h/db", "postgresql+psycopg://anna:*******@h/db"),
        ("ssh://anna@staging", "ssh://anna@staging"),
        ("write to anna@h // or not", "write to anna@h // or not"),
    ],
)
def test_passwords_in_addresses_are_starred(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('headers: {Authorization: "Bearer hunter2"}', 'headers: {Authorization: "****** *******"}'),
        ("password = 'hunter2'", "password = '*******'"),
        ("api_key: hunter2", "api_key: *******"),
        ("target: payments", "target: payments"),
    ],
)
def test_what_a_secret_key_is_given_is_starred_in_a_line(line: str, shown: str) -> None:
    assert without_secrets(line) == shown
