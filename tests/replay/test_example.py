"""A recorded drill is judged and printed as it was, byte for byte. Changed on purpose? `gameday review example` writes it anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gameday.bundle.folder import Folder
from gameday.commands.judging import judge

EXAMPLE = Path(__file__).parents[2] / "reports" / "example"


@pytest.mark.parametrize("name", ["review.json", "report.html", "report.md"])
def test_the_committed_example_is_what_this_version_makes(tmp_path: Path, name: str) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "drill")
    (tmp_path / "drill" / name).unlink()
    judge(Folder(tmp_path / "drill"))
    assert (tmp_path / "drill" / name).read_bytes() == (EXAMPLE / name).read_bytes()


def test_the_example_has_the_planted_gaps() -> None:
    found = json.loads((EXAMPLE / "review.json").read_text())["gaps"]
    assert {g["rule"] for g in found} == {
        "alert_routed_to_wrong_team",
        "runbook_link_dead",
        "incident_not_declared",
        "runbook_step_skipped",
    }
