"""A new workspace: whole, described to editors, and never over something that is there."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from gameday.errors import InvalidInput, Missing
from gameday.faults import FAULTS
from gameday.load import new_workspace
from gameday.load.new_workspace import PARTS, make_workspace, source_root
from gameday.load.schema import KINDS

ROOT = Path(__file__).parents[2]


def test_it_holds_every_part_and_nothing_that_tools_leave_behind(tmp_path: Path) -> None:
    files = {p.as_posix() for p in make_workspace(tmp_path / "shop", FAULTS)}
    for part in PARTS:
        there = [p for p in (ROOT / part).rglob("*") if p.is_file()] if (ROOT / part).is_dir() else [ROOT / part]
        assert {p.relative_to(ROOT).as_posix() for p in there if "__pycache__" not in p.parts} <= files
    assert files == {p.relative_to(tmp_path / "shop").as_posix() for p in (tmp_path / "shop").rglob("*") if p.is_file()}
    assert not [f for f in files if "__pycache__" in f or f.endswith(".pyc")]


def test_the_repository_is_its_own_source() -> None:
    assert source_root() == ROOT


def test_every_yaml_file_names_a_schema_that_is_there(tmp_path: Path) -> None:
    make_workspace(tmp_path, FAULTS)
    described = [p for folder in ("scenarios", "probes", "responders", "schedules") for p in (tmp_path / folder).glob("*.yaml")]
    for path in (*described, tmp_path / "services.yaml", tmp_path / "programme.yaml"):
        first = path.read_text().partition("\n")[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.partition("=")[2]).resolve().is_relative_to(tmp_path / "schema")
        assert (path.parent / first.partition("=")[2]).is_file()
    assert (tmp_path / "gameday.toml").read_text().startswith("#:schema ./schema/settings.json\n")
    assert {p.stem for p in (tmp_path / "schema").iterdir()} == set(KINDS)


def test_what_else_is_in_the_file_stays_as_it_was(tmp_path: Path) -> None:
    make_workspace(tmp_path, FAULTS)
    assert (tmp_path / "services.yaml").read_text().partition("\n")[2] == (ROOT / "services.yaml").read_text()


def test_a_folder_with_something_in_it_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match=r"not empty \(it holds mine.txt\)"):
        make_workspace(tmp_path, FAULTS)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("")
    with pytest.raises(InvalidInput, match="is a file"):
        make_workspace(tmp_path / "shop", FAULTS)


def test_a_new_repository_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert make_workspace(tmp_path, FAULTS)


def test_what_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = iter(range(20))
    real = new_workspace._write

    def write(place: Path, name: str, data: bytes, made: list[Path]) -> None:
        if next(writes, None) is None:
            raise OSError(28, "No space left on device")
        real(place, name, data, made)

    monkeypatch.setattr(new_workspace, "_write", write)
    with pytest.raises(Missing, match="No space left on device"):
        make_workspace(tmp_path / "deep" / "shop", FAULTS)
    assert list(tmp_path.iterdir()) == []


def test_containers_can_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        make_workspace(tmp_path / "shop", FAULTS)
    finally:
        os.umask(before)
    for path in (tmp_path / "shop").rglob("*"):
        wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
        assert path.stat().st_mode & wanted == wanted, path


def test_an_installation_without_its_parts_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gameday.__file__", str(tmp_path / "gameday" / "__init__.py"))
    with pytest.raises(Missing, match="install it again"):
        source_root()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import subprocess
    import sys

    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_carries_the_same_workspace(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_checkout = make_workspace(tmp_path / "checkout", FAULTS)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    monkeypatch.setattr("gameday.__file__", str(tmp_path / "installed" / "gameday" / "__init__.py"))
    assert source_root() == tmp_path / "installed" / "gameday" / "workspace"
    assert sorted(make_workspace(tmp_path / "wheel", FAULTS)) == sorted(from_checkout)
