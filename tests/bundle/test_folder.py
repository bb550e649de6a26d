"""Finding a drill's folder, and reading it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.bundle.folder import Folder, find_drill
from gameday.errors import InvalidInput, Missing


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for name in ("20260304-100000-a-0001", "20260304-110000-b-0002", "20260305-100000-a-0003", "example"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "plan.json").write_text("{}")
    (tmp_path / "reports" / "notes").mkdir()
    return tmp_path / "reports"


def test_by_id_prefix_last_and_example(reports: Path) -> None:
    assert find_drill(reports, "20260304-110000-b-0002").id == "20260304-110000-b-0002"
    assert find_drill(reports, "20260304-11").id == "20260304-110000-b-0002"
    assert find_drill(reports, "last").id == "20260305-100000-a-0003"
    assert find_drill(reports, "example").id == "example"


@pytest.mark.parametrize(
    ("wanted", "said"), [("20260304", "fits 2 drills"), ("2027", "no drill"), ("../x", "no drill"), ("", "no drill"), ("notes", "no drill")]
)
def test_what_is_not_one_drill_is_said(reports: Path, wanted: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        find_drill(reports, wanted)


def test_last_of_none_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="gameday run"):
        find_drill(tmp_path / "reports", "last")


def test_a_folder_without_a_plan_is_no_drill(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no plan\.json"):
        Folder(tmp_path).record()


def test_a_plan_of_another_version_is_no_traceback(reports: Path) -> None:
    with pytest.raises(InvalidInput, match="another version"):
        find_drill(reports, "last").record()


def test_a_folder_is_never_taken_twice(tmp_path: Path) -> None:
    Folder.create(tmp_path, "d1")
    with pytest.raises(Missing):
        Folder.create(tmp_path, "d1")
