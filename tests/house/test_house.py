"""How the house is built: indexes and folders agree, files fit in a sitting, manuals have their headings."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from gameday.collectors import COLLECTORS
from gameday.commands.manual import page
from gameday.faults import FAULTS
from gameday.formats import FORMATS
from gameday.gaps import GAPS
from gameday.probes import PROBES
from gameday.undo import VERBS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gameday"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 300
CATALOGUES: dict[str, Mapping[str, object]] = {"faults": FAULTS, "probes": PROBES, "gaps": GAPS, "collectors": COLLECTORS}


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_index_is_the_folder(name: str) -> None:
    files = {p.stem for p in (PACKAGE / name).glob("*.py")} - {"__init__"}
    assert set(CATALOGUES[name]) == files


def test_every_format_has_its_file() -> None:
    there = {p.stem for p in (PACKAGE / "formats").iterdir()} - {"__init__", "__pycache__", "terminal"}
    assert set(FORMATS) == there


def test_every_verb_has_its_file() -> None:
    for verb in VERBS:
        assert (PACKAGE / "undo" / f"{verb}.py").is_file()


@pytest.mark.parametrize("name", ["faults", "gaps", "probes"])
def test_every_member_has_a_test_of_its_name(name: str) -> None:
    missing = [m for m in CATALOGUES[name] if not (ROOT / "tests" / name / f"test_{m}.py").is_file()]
    assert missing == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_faults_manual_has_its_headings(fault: object) -> None:
    text = page(fault)
    places = [text.find(f"\n{h}:") for h in ("What it does", "The incident it stands for", "Undo", "Blast radius")]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_fits_in_a_sitting_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST
    assert not text or text.startswith('"""'), "begins with what it is for"


def test_nothing_is_called_utils() -> None:
    refused = {"utils", "util", "helpers", "common", "base", "core", "manager", "types", "misc"}
    assert [p for p in SOURCES if p.stem in refused or p.parent.name in refused] == []


def test_the_tour_names_every_file() -> None:
    tour = (ROOT / "docs" / "tour.md").read_text()
    rooms = ("model", "undo", "clients", "bundle", "load", "conduct", "review", "schedule")
    missing = [
        f"{room}/{p.name}"
        for room in rooms
        for p in (PACKAGE / room).glob("*.py")
        if p.name not in tour and p.stem not in ("__init__", "noun")
    ]
    assert missing == []


def test_decisions_are_short() -> None:
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        assert len(path.read_text().splitlines()) <= 40


def test_links_in_the_readme_lead_somewhere() -> None:
    for page_name in ("README.md", "CONTRIBUTING.md", "docs/tour.md"):
        path = ROOT / page_name
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{page_name}: {target}"


def test_the_lock_holds_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert not re.search(r"--index-url|--extra-index-url|--find-links|https?://", lock)


def test_no_shell_script_fails_to_parse() -> None:
    for script in (*ROOT.glob("setup/*.sh"), *ROOT.glob("sandbox/*.sh"), ROOT / ".ci" / "run"):
        subprocess.run(["bash", "-n", str(script)], check=True)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "`make test`" in (ROOT / "README.md").read_text()
