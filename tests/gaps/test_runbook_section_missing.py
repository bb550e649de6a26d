"""Runbook section missing."""

from __future__ import annotations

import pytest

from gameday.gaps import runbook_section_missing
from gameday.model.runbook import SECTIONS
from tests.story import judged, runbook


@pytest.mark.parametrize("section", SECTIONS)
def test_each_missing_section_is_a_gap(section: str) -> None:
    (gap,) = judged(f"runbook without {section}").gaps
    assert section in gap.summary


def test_a_longer_heading_counts() -> None:
    page = runbook()
    longer = tuple(s.model_copy(update={"title": f"{s.title} steps"}) for s in page.sections)
    assert list(runbook_section_missing.find_in_runbook(page.model_copy(update={"sections": longer}))) == []


def test_a_service_page_needs_none() -> None:
    page = runbook().model_copy(update={"sections": (), "profile": "service"})
    assert list(runbook_section_missing.find_in_runbook(page)) == []


def test_two_missing_sections_are_two_gaps() -> None:
    page = runbook().model_copy(update={"sections": ()})
    assert len({g.fingerprint for g in runbook_section_missing.find_in_runbook(page)}) == len(SECTIONS)
