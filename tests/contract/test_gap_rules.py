"""What every gap rule promises."""

from __future__ import annotations

import inspect
import re
from types import ModuleType

import pytest

from gameday.gaps import GAPS
from gameday.model.runbook import SECTIONS
from tests.story import judged, record_of, rules, runbook, story

HEADINGS = ["What it finds", "Why it matters", "Example", "How to close it", "When it stays silent"]
each = pytest.mark.parametrize("rule", GAPS.values(), ids=GAPS)


def parts(rule: ModuleType) -> dict[str, str]:
    """The manual by heading."""
    page = inspect.cleandoc(rule.__doc__ or "")
    split = re.split(r"^(\S.*)\n(?=    )", page, flags=re.MULTILINE)
    return {head: inspect.cleandoc(body) for head, body in zip(split[1::2], split[2::2], strict=True)}


def example(rule: ModuleType) -> list[str]:
    return parts(rule)["Example"].splitlines()


def name(rule: ModuleType) -> str:
    return rule.__name__.rpartition(".")[2]


def test_a_drill_without_a_gap_has_none() -> None:
    found = judged()
    assert rules(found) == set()
    assert {v.key: v.verdict for v in found.verdicts if v.verdict != "met"} == {}


@each
def test_the_manual_has_the_five_headings_in_order(rule: ModuleType) -> None:
    assert list(parts(rule)) == HEADINGS
    assert all(parts(rule).values())


@each
def test_the_example_of_the_manual_is_found(rule: ModuleType) -> None:
    assert name(rule) in rules(judged(*example(rule)))


@each
def test_evidence_can_be_looked_up(rule: ModuleType) -> None:
    record = record_of(story(*example(rule)))
    found = [g for g in judged(*example(rule)).gaps if g.rule == name(rule)]
    for gap in found:
        for reference in gap.evidence:
            assert record.timeline.by_id(reference) or re.match(r"\S+(:\d+ sha256:[0-9a-f]{64}| f\d+)$", reference)


@each
def test_the_same_drill_gives_the_same_gap(rule: ModuleType) -> None:
    first, second = judged(*example(rule)), judged(*example(rule))
    assert [g.fingerprint for g in first.gaps] == [g.fingerprint for g in second.gaps]
    assert first == second


@each
def test_a_rule_that_is_off_says_nothing(rule: ModuleType) -> None:
    assert name(rule) not in rules(judged(*example(rule), rules_off={name(rule): "agreed"}))


@each
def test_texts_are_sentences_about_systems(rule: ModuleType) -> None:
    for gap in (g for g in judged(*example(rule)).gaps if g.rule == name(rule)):
        assert all((gap.summary, gap.expected, gap.observed, gap.fix))
        assert not re.search(
            r"(?i)\b(should have|could have|failed to|forgot|human error|careless)\b", f"{gap.summary} {gap.observed} {gap.fix}"
        )


def test_a_page_can_be_judged_without_a_drill() -> None:
    for rule in GAPS.values():
        if hasattr(rule, "find_in_runbook"):
            assert list(rule.find_in_runbook(runbook())) == []
            bare = runbook().model_copy(update={"sections": ()})
            assert len(list(rule.find_in_runbook(bare))) == len(SECTIONS)
