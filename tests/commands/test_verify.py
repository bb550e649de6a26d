"""What `gameday verify` vouches for, and what it says that it does not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import ROOT, Gameday


@pytest.fixture
def example(workspace: Path) -> Path:
    shutil.copytree(ROOT / "reports" / "example", workspace / "reports" / "20260304-100000-example-0001")
    return workspace / "reports" / "20260304-100000-example-0001"


@pytest.mark.usefixtures("example")
def test_a_whole_record_is_vouched_for_as_far_as_it_is_hashed(gameday: Gameday) -> None:
    ended = gameday("verify", "last")
    assert ended.code == 0
    assert "470 events, chain whole, 15 lines of evidence as recorded" in ended.out
    assert "not checked: evidence/ gateway.jsonl, locust.log" in ended.out


@pytest.mark.parametrize(("name", "content", "said"), [
    ("review.json", b"xx", "review.json is not a review"),
    ("review.json", b"[" * 100_000, "review.json is not a review"),
    ("review.json", b"[]", "review.json is not a review"),
    ("ledger.jsonl", b"", "ledger.jsonl does not have f1 (container_pause on payments), which the timeline has"),
    ("ledger.jsonl", b"x\n", "ledger.jsonl has 1 torn line(s)"),
    ("plan.json", bytes(range(256)), "plan.json was written by another version or altered"),
    ("timeline.jsonl", b"", "timeline.jsonl is empty"),
])  # fmt: skip
def test_what_is_not_as_it_was_is_wrong(gameday: Gameday, example: Path, name: str, content: bytes, said: str) -> None:
    (example / name).write_bytes(content)
    ended = gameday("verify", "last")
    assert (ended.code, said in ended.err) == (2, True)
    assert "as recorded" not in ended.out


def test_the_plan_is_the_one_that_the_drill_began_with(gameday: Gameday, example: Path) -> None:
    plan = example / "plan.json"
    plan.write_text(re.sub(r'("hash": ")bd572d', r"\g<1>bd572e", plan.read_text()))
    ended = gameday("verify", "last")
    assert (ended.code, "plan.json has the hash bd572e" in ended.err) == (2, True)


def test_a_review_that_is_missing_is_not_checked(gameday: Gameday, example: Path) -> None:
    (example / "review.json").unlink()
    ended = gameday("verify", "last")
    assert (ended.code, "not checked: review.json, which is missing" in ended.out) == (0, True)


def test_lines_that_no_event_points_to_are_not_checked(gameday: Gameday, example: Path) -> None:
    with (example / "evidence" / "docker.jsonl").open("a") as file:
        file.write("{}\n")
    ended = gameday("verify", "last")
    assert ended.code == 0
    assert "not checked: evidence/docker.jsonl: 1 line(s) that no event points to (3)" in ended.out
