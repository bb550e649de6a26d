"""What the manual shows is true: its files load with the strict readers, its commands exist with the options they are given."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from gameday.__main__ import COMMANDS, cli
from gameday.environments.sandbox import PORTS, Sandbox
from gameday.faults import FAULTS
from gameday.gaps import GAPS
from gameday.load.probes import read_probes
from gameday.load.programme import read_programme
from gameday.load.responder import read_responder
from gameday.load.runbook import read_runbook
from gameday.load.scenario import read_scenario
from gameday.load.schedule import ScheduleReader
from gameday.load.services import read_services
from gameday.load.settings import read_settings
from gameday.load.workspace import Workspace
from gameday.schedule.troubles import troubles

ROOT = Path(__file__).parents[2]
PAGES = [p for p in (*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md") if "catalogue" not in p.parts]
FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>[a-z]+)\n(?P<text>.*?)^(?P=ticks)$", re.DOTALL | re.MULTILINE)
GUESTBOOK = ROOT / "tests" / "sandbox" / "guestbook"
"""The workspace that the page about one's own project tells of."""
LEVELS = {"runbooks.md": [0, 1, 2]}


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Page and text of each fenced block in a language."""
    for page in PAGES:
        for found in FENCE.finditer(page.read_text()):
            if found["language"] == language:
                yield page.name, found["text"]


def in_manual(language: str) -> list[tuple[str, str]]:
    return [(page, text) for page, text in blocks(language) if page not in ("README.md", "CONTRIBUTING.md")]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for part in ("scenarios", "probes", "runbooks", "responders", "schedules", "traffic"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy2(ROOT / "services.yaml", tmp_path)
    shutil.copy2(GUESTBOOK / "probes" / "guestbook.yaml", tmp_path / "probes")
    return tmp_path


@pytest.mark.parametrize(("page", "text"), in_manual("yaml"))
def test_every_yaml_example_loads_with_the_strict_reader(page: str, text: str, workspace: Path) -> None:
    first = re.match(r"# (?P<path>[a-z/-]+\.yaml)(?P<part>, in part)?\n", text)
    assert first, f"an example of {page} begins with the file it is: # scenarios/name.yaml"
    path = workspace / first["path"]
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | yaml.safe_load(text), sort_keys=False) if first["part"] else text)
    ports = Sandbox(workspace).variables()
    match first["path"].split("/"):
        case ["scenarios", _]:
            assert read_scenario(path, FAULTS, defaults=ports, probes=read_probes(workspace / "probes", ports)).faults
        case ["probes", _]:
            assert read_probes(workspace / "probes", ports)
        case ["responders", _]:
            assert read_responder(path).does
        case ["services.yaml"]:
            assert read_services(path).services
        case ["schedules", _]:
            assert ScheduleReader(Workspace(workspace), lambda p: read_scenario(p, FAULTS, defaults=ports), troubles).read(path).roles
        case ["programme.yaml"]:
            assert read_programme(Workspace(workspace), (), FAULTS)[0].duties
        case other:
            raise AssertionError(f"{page}: no reader for {other}")


@pytest.mark.parametrize(("page", "text"), in_manual("toml"))
def test_every_settings_example_loads(page: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "gameday.toml").write_text(text)
    assert read_settings(tmp_path / "gameday.toml", lambda: GAPS).model_fields_set


def test_every_runbook_example_has_the_level_that_it_shows(tmp_path: Path) -> None:
    found = []
    for number, (page, text) in enumerate(in_manual("markdown")):
        assert page in LEVELS
        path = tmp_path / f"Example{number}.md"
        path.write_text(text)
        runbook = read_runbook(path, tmp_path)
        assert runbook.steps
        found.append(runbook.level)
    assert found == LEVELS["runbooks.md"]


@pytest.mark.parametrize(("page", "text"), in_manual("json"))
def test_every_json_example_is_json(page: str, text: str) -> None:
    assert json.loads(text), page


def shell_lines() -> Iterator[tuple[str, str]]:
    for page, text in blocks("sh"):
        for line in text.splitlines():
            if line.lstrip().startswith("gameday "):
                yield page, line.strip()


def parse(command: click.Command, name: str, words: list[str], above: click.Context | None = None) -> None:
    """As the command line would, without doing anything. Raises click's usage errors."""
    context = command.make_context(name, words, parent=above)
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        found, below, left = command.resolve_command(context, rest)
        assert below is not None
        parse(below, str(found), left, context)


@pytest.mark.parametrize(("page", "line"), sorted(set(shell_lines())))
def test_every_command_shown_is_one_that_exists(page: str, line: str) -> None:
    words = shlex.split(line.partition(" > ")[0], comments=True)
    parse(cli, "gameday", words[1:])
    for word in words:
        if re.fullmatch(r"(scenarios|responders)/[a-z-]+\.yaml", word):
            assert any((where / word).is_file() for where in (ROOT, GUESTBOOK)), f"{page}: {word}"


def test_every_command_named_in_the_text_exists() -> None:
    for page in PAGES:
        for name in re.findall(r"`gameday ([a-z][a-z-]*)", page.read_text()):
            assert name in COMMANDS, f"{page.name}: gameday {name}"


def test_every_gap_named_in_the_manual_exists() -> None:
    for page in PAGES:
        for name in re.findall(r"gameday explain ([a-z_]+)", page.read_text()):
            assert name in GAPS or name in ("http", "container_pause"), f"{page.name}: {name}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()
        assert name == "index" or name.startswith(("catalogue/keys-", "decisions/")) or name in index.split(), name


@pytest.mark.slow
def test_the_manual_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html", "-d", str(tmp_path / "trees"), "docs", str(tmp_path / "html")],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for name in GAPS:
        assert f'id="{name.replace("_", "-")}"' in (tmp_path / "html" / "catalogue" / "gaps.html").read_text()


def test_a_second_sandbox_is_given_every_port_of_its_own() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    given = dict(re.findall(r"(GAMEDAY_[A-Z]+_PORT)=(\d+)", page))
    assert set(given) == {variable for variable, _ in PORTS.values()}
    assert not {int(port) for port in given.values()} & {usual for _, usual in PORTS.values()}
