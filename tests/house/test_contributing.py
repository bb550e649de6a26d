"""The example in CONTRIBUTING.md is a rule that works."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

from gameday.review.judge import review
from tests.story import record_of, story

PAGE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()


def test_the_rule_of_the_example_finds_its_own_example() -> None:
    code, test = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    rule = ModuleType("gameday.gaps.alert_annotation_missing")
    exec(compile(code, "CONTRIBUTING.md", "exec"), rule.__dict__)
    (change,) = re.findall(r'judged\("(.*?)"\)', test)
    assert change in (rule.__doc__ or "")
    assert [g.rule for g in review(record_of(story(change)), [rule]).gaps] == ["alert_annotation_missing"]
    assert review(record_of(story()), [rule]).gaps == ()
