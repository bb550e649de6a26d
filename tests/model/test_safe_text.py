"""Text from outside, made safe to print."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gameday.model.safe_text import safe


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
