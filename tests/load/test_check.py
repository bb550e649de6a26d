"""`gameday check`: every file by its folder, mistakes and gaps in the promised JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from gameday.faults import FAULTS
from gameday.load.check import Catalogue, Checked, check
from gameday.load.workspace import find_workspace
from gameday.model.event import Subject
from gameday.model.gap import Gap
from gameday.model.runbook import Runbook
from tests.load.conftest import PAGE, SCENARIO


def too_short(page: Runbook) -> Iterable[Gap]:
    for section in page.sections:
        if len(section.text) < 25:
            yield Gap(
                rule="runbook_section_empty", area="documentation", severity="S2", subject=Subject(kind="runbook", name=page.path),
                summary="short", expected="text", observed="little", fix="write it", evidence=(f"{page.path}:{section.line} sha256:{page.sha256}",),
            )  # fmt: skip


def ask(workspace: Path, *paths: str) -> Checked:
    catalogue = Catalogue(FAULTS, tuple, {"ops_port": "1"}, lambda: [too_short])
    return check([Path(p) for p in paths], find_workspace(workspace), catalogue)


@pytest.fixture(autouse=True)
def _here(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)


def test_a_sound_workspace_has_no_errors_and_its_gaps_have_lines_and_sections(workspace: Path) -> None:
    found = ask(workspace)
    assert found.errors == ()
    assert found.files == 3
    body = json.loads(found.json())
    assert body["gaps"] == [
        {
            "rule": "runbook_section_empty",
            "severity": "S2",
            "file": "runbooks/PaymentsErrorRate.md",
            "line": 8,
            "section": "Meaning",
            "summary": "short",
            "fix": "write it",
        }
    ]
    assert (found.exit_code(), found.exit_code("S1")) == (1, 0)


def test_errors_are_printed_with_file_line_and_column(workspace: Path) -> None:
    (workspace / "scenarios" / "x.yaml").write_text(SCENARIO.replace("at_most: 4m", "at_most: 22:30"))
    found = ask(workspace, "scenarios/")
    assert found.exit_code() == 2
    assert json.loads(found.json())["errors"] == [
        {"file": "scenarios/x.yaml", "line": 11, "column": 89, "message": 'faults[0].at_most: "22:30" is not a duration; write 22m30s'}
    ]


def test_a_step_that_is_required_and_not_on_the_page_is_an_error(workspace: Path) -> None:
    (workspace / "scenarios" / "x.yaml").write_text(SCENARIO.replace("[m1|m2]", "[m1|m3]"))
    (error,) = ask(workspace, "scenarios/x.yaml").errors
    assert str(error) == "scenarios/x.yaml:4:1: runbook: no step 'm3' in runbooks/PaymentsErrorRate.md; it has m1, m2"


def test_mistakes_of_all_kinds_of_files_are_told_at_once(workspace: Path) -> None:
    (workspace / "scenarios" / "y.yaml").write_text("title: x\n")
    (workspace / "probes" / "y.yaml").write_text("a: 1\n")
    (workspace / "runbooks" / "y.md").write_text(PAGE.replace("m1 ", "m2 "))
    (workspace / "responders" / "y.yaml").write_text("does: [{akc: true}]\n")
    (workspace / "services.yaml").write_text("servics: {}\n")
    files = {e.file for e in ask(workspace).errors}
    assert files == {"scenarios/y.yaml", "probes/y.yaml", "runbooks/y.md", "responders/y.yaml", "services.yaml"}


def test_an_unknown_environment_production_is_an_error_not_a_refusal(workspace: Path) -> None:
    (workspace / "scenarios" / "x.yaml").write_text(SCENARIO.replace("environment: sandbox", "environment: production"))
    assert ask(workspace, "scenarios").exit_code() == 2


def test_probes_with_mistakes_do_not_make_every_name_unknown(workspace: Path) -> None:
    (workspace / "probes" / "y.yaml").write_text("a: 1\n")
    assert [e.file for e in ask(workspace, "scenarios").errors] == []


@pytest.mark.parametrize(
    ("path", "words"), [("none.yaml", "no such file"), ("traffic/shop.py", "is not a .yaml or .md file"), ("traffic", "holds no scenario")]
)
def test_a_path_that_says_nothing_is_an_error(workspace: Path, path: str, words: str) -> None:
    (error,) = ask(workspace, path).errors
    assert words in error.message


def test_links_out_of_the_workspace_are_passed_over(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "z.yaml"
    outside.write_text("title: x\n")
    (workspace / "scenarios" / "z.yaml").symlink_to(outside)
    assert ask(workspace).errors == ()


def test_a_runbook_that_is_a_link_out_of_the_workspace_is_a_mistake(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "z.md"
    outside.write_text("# x\n")
    page = workspace / "runbooks" / "PaymentsErrorRate.md"
    page.unlink()
    page.symlink_to(outside)
    (error,) = ask(workspace, "scenarios").errors
    assert error.message == 'runbook.path: "runbooks/PaymentsErrorRate.md" is a link that leads out of the workspace'


def test_the_workspace_is_the_nearest_folder_above_that_looks_like_one(workspace: Path) -> None:
    assert find_workspace(workspace / "runbooks").root == workspace
    (workspace / "runbooks" / "gameday.toml").write_text("")
    assert find_workspace(workspace / "runbooks").root == workspace / "runbooks"


def test_checking_scenarios_loads_no_http_docker_or_load_generator(workspace: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gameday.faults import FAULTS; from gameday.load.scenario import read_scenario;"
        "from gameday.load.probes import read_probes; read_scenario(Path('scenarios/x.yaml'), FAULTS, probes=read_probes(Path('probes'), {'ops_port': '1'}));"
        "print([m for m in ('httpx2', 'docker', 'locust', 'gevent', 'markdown_it', 'rich', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["_index.md", "README.md", "index.md"])
def test_a_list_of_the_pages_beside_it_is_no_runbook(workspace: Path, name: str) -> None:
    (workspace / "runbooks" / name).write_text("# Our runbooks\n\n## A\n")
    assert not [f for f in (*ask(workspace).findings, *ask(workspace, "runbooks").findings) if f.file.endswith(name)]
    assert [f for f in ask(workspace, f"runbooks/{name}").findings if f.file.endswith(name)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("groups: [{name: a, rules: []}]\n", "a file of Prometheus rules"),
        ("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {groups: []}\n", "a file of Prometheus rules"),
        ("route: {receiver: a}\nreceivers: [{name: a}]\n", "a configuration of Alertmanager"),
    ],
)
def test_a_file_that_is_something_else_is_one_mistake(workspace: Path, text: str, what: str) -> None:
    (workspace / "scenarios" / "other.yaml").write_text(text)
    (error,) = ask(workspace, "scenarios/other.yaml").errors
    assert error.message.startswith(f"this is {what}, not a scenario")
