"""Printing a drill's report again, and where it may be written."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gameday.bundle.folder import RECORDED
from tests.commands.conftest import ROOT, Gameday

pytestmark = pytest.mark.slow
"""Each judges a whole drill anew."""


@pytest.fixture
def example(workspace: Path) -> Path:
    shutil.copytree(ROOT / "reports" / "example", workspace / "reports" / "20260304-100000-example-0001")
    return workspace / "reports" / "20260304-100000-example-0001"


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(("form", "begins"), [("html", "<!doctype html>"), ("markdown", "# Checkout"), ("json", "{")])
def test_each_format_is_printed(gameday: Gameday, form: str, begins: str) -> None:
    ended = gameday("report", "last", "--format", form)
    assert (ended.code, ended.out.startswith(begins)) == (0, True)


@pytest.mark.usefixtures("example")
def test_it_is_not_written_over_things(gameday: Gameday, workspace: Path) -> None:
    there = workspace / "there.md"
    there.write_text("mine")
    (workspace / "link.md").symlink_to(there)
    for to, said in (
        ("there.md", "--force"),
        ("link.md", "is a link"),
        ("scenarios", "is a folder"),
        ("no/such/folder.md", "cannot be written"),
    ):
        ended = gameday("report", "--to", to)
        assert ended.code in (2, 6)
        assert said in ended.err
    assert there.read_text() == "mine"
    assert gameday("report", "--to", "there.md", "--force").code == 0
    assert there.read_text().startswith("# Checkout")


@pytest.mark.usefixtures("example")
def test_a_dash_is_standard_output(gameday: Gameday, workspace: Path) -> None:
    ended = gameday("report", "--to", "-")
    assert (ended.code, ended.out.startswith("# Checkout")) == (0, True)
    assert not (workspace / "-").exists()


@pytest.mark.usefixtures("example")
def test_what_is_no_plain_file_is_never_replaced(gameday: Gameday, workspace: Path) -> None:
    os.mkfifo(workspace / "pipe")
    ended = gameday("report", "--to", "pipe", "--force")
    assert (ended.code, "is no plain file" in ended.err) == (2, True)
    assert (workspace / "pipe").is_fifo()


@pytest.mark.parametrize("name", [*RECORDED, "evidence/docker.jsonl", "evidence/new.md", "inbox/new.json"])
def test_what_a_drill_recorded_is_never_written_over(gameday: Gameday, workspace: Path, example: Path, name: str) -> None:
    path = example / name
    before = path.read_bytes() if path.exists() else None
    (workspace / "byway").symlink_to(example)
    for to in (path, workspace / "byway" / name):
        ended = gameday("report", "--to", str(to), "--force")
        assert (ended.code, "the record of a drill" in ended.err) == (2, True)
    assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.usefixtures("example")
def test_a_name_that_no_disk_takes_is_told(gameday: Gameday, workspace: Path) -> None:
    ended = gameday("report", "--to", "x" * 5000)
    assert (ended.code, "file name too long" in ended.err) == (2, True)
    assert len(ended.err) < 300
    assert gameday("report", "--to", "x" * 255).code == 0
    assert (workspace / ("x" * 255)).read_text().startswith("# Checkout")


def test_a_report_in_the_folder_of_its_drill_is_made_anew(gameday: Gameday, example: Path) -> None:
    (example / "report.md").write_text("old")
    assert gameday("report", "--to", str(example / "report.md"), "--force").code == 0
    assert (example / "report.md").read_text().startswith("# Checkout")


def test_judging_again_gives_the_same_and_the_exit_code_of_its_gaps(gameday: Gameday, example: Path) -> None:
    before = (example / "review.json").read_bytes()
    ended = gameday("review", "2026", "-o", "json")
    assert ended.code == 1
    assert json.loads(ended.out) == json.loads(before)
    assert gameday("review", "last", "--fail-on", "S1").code == 0
    assert (example / "review.json").read_bytes() == before


def test_an_altered_record_is_seen(gameday: Gameday, example: Path) -> None:
    assert gameday("verify", "last").code == 0
    timeline = example / "timeline.jsonl"
    timeline.write_text(timeline.read_text().replace("platform-pager", "shop-pager", 1))
    ended = gameday("verify", "last")
    assert ended.code == 2
    assert "does not follow from the line before" in ended.err
    assert gameday("review", "last").code == 5


def altered_in_the_middle(example: Path) -> None:
    lines = (example / "timeline.jsonl").read_bytes().split(b"\n")
    lines[99] = lines[99].replace(b'"source":', b'"source" :')
    (example / "timeline.jsonl").write_bytes(b"\n".join(lines))


REPORTS = ("review.json", "report.html", "report.md")


def cut_short(example: Path) -> None:
    lines = (example / "timeline.jsonl").read_bytes().split(b"\n")
    (example / "timeline.jsonl").write_bytes(b"\n".join(lines[:100]) + b"\n")


def emptied(example: Path) -> None:
    (example / "timeline.jsonl").write_bytes(b"")


@pytest.mark.parametrize(("harm", "said"), [
    (altered_in_the_middle, "timeline.jsonl:101: the chain is broken"),
    (cut_short, "now it ends at event 100"),
    (emptied, "timeline.jsonl is empty"),
])  # fmt: skip
def test_reports_of_a_whole_record_outlive_its_damage(gameday: Gameday, example: Path, harm: Callable[[Path], None], said: str) -> None:
    before = {name: (example / name).read_bytes() for name in REPORTS}
    harm(example)
    for told in (said, ""):
        ended = gameday("review", "last")
        assert (ended.code, told in ended.err) == (5, True), ended.err
        assert {name: (example / "before-damage" / name).read_bytes() for name in REPORTS} == before
        assert (example / "review.json").read_bytes() != before["review.json"]


def test_the_reason_of_a_broken_record_is_its_damage(gameday: Gameday, example: Path) -> None:
    altered_in_the_middle(example)
    ended = gameday("review", "last")
    assert ended.code == 5
    assert "the record is damaged: timeline.jsonl:101: the chain is broken" in ended.err
    note = json.loads((example / "review.json").read_text())["drill"]["note"]
    assert note.startswith("the record is damaged: timeline.jsonl:101: the chain is broken")
    # These reports are of the damaged timeline, so that judging it again loses nothing.
    assert gameday("review", "last").code == 5
    printed = gameday("report", "last")
    assert (printed.code, "the chain is broken" in printed.err) == (0, True)


@pytest.mark.parametrize("ledger", [True, False])
def test_a_record_without_a_timeline_has_the_dates_that_are_left(gameday: Gameday, example: Path, ledger: bool) -> None:
    emptied(example)
    if not ledger:
        (example / "ledger.jsonl").unlink()
        plan = example / "plan.json"
        plan.write_text(re.sub(r'("drill": ")[^"]*', r"\g<1>20260304-100000-example-0001", plan.read_text()))
    gameday("review", "last")
    for name in REPORTS:
        text = (example / name).read_text()
        assert "1970" not in text, name
        assert not re.search(r"[+-]\d{4,}:", text), name
    assert json.loads((example / "review.json").read_text())["drill"]["started"].startswith("20")


def test_altered_evidence_is_seen(gameday: Gameday, example: Path) -> None:
    evidence = example / "evidence" / "ops.jsonl"
    evidence.write_text(evidence.read_text().replace("platform-pager", "shop-pager", 1))
    ended = gameday("verify", "last")
    assert ended.code == 2
    assert "is not what event" in ended.err


def test_settings_that_everybody_may_write_are_refused(gameday: Gameday, workspace: Path) -> None:
    os.chmod(workspace / "gameday.toml", 0o666)  # noqa: PTH101
    ended = gameday("check")
    assert ended.code == 2
    assert "chmod o-w gameday.toml" in ended.err
