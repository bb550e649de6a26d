"""The table of crash tests names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash_tests import CRASH_TESTS

TESTS = Path(__file__).parents[1]


def test_there_are_forty() -> None:
    assert sorted(CRASH_TESTS) == list(range(1, 41))


@pytest.mark.parametrize("number", CRASH_TESTS)
def test_each_is_a_test_that_exists(number: int) -> None:
    assert CRASH_TESTS[number].tests
    for named in CRASH_TESTS[number].tests:
        file, _, function = named.partition("::")
        assert re.search(rf"^def {function}\(", (TESTS / file).read_text(), re.MULTILINE), named
